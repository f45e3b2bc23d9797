import { createServer, request as httpRequest, Agent } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** A way to a registry on which each request takes so much longer, as over a network. */
export type SlowWay = AsyncDisposable & {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** Requests that went this way, by method. */
  readonly counts: () => Readonly<Record<string, number>>
  readonly resetCounts: () => void
}

/** Stands before a registry and passes everything on after `delay` ms. */
export const openSlowWay = async (registry: string, delay: number): Promise<SlowWay> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const counts = new Map<string, number>()
  const [hostname, port] = registry.split(':')
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    counts.set(method, (counts.get(method) ?? 0) + 1)
    const pass = async (): Promise<void> => {
      await setTimeout(delay)
      const onward = httpRequest({ hostname, port, method, path: url, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      incoming.pipe(onward)
    }
    pass().catch(() => outgoing.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => Object.fromEntries(counts),
    resetCounts: () => {
      counts.clear()
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
