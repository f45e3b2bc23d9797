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
  /** When the last deletion was answered, as `performance.now` has it. */
  readonly lastDelete: () => number
  readonly setDelay: (ms: number) => void
}

/** Stands before a registry and passes everything on after `latency` ms. */
export const openSlowWay = async (registry: string, latency: number): Promise<SlowWay> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const counts = new Map<string, number>()
  let [delay, lastDelete] = [latency, 0]
  const [hostname, port] = registry.split(':')
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    counts.set(method, (counts.get(method) ?? 0) + 1)
    const pass = async (): Promise<void> => {
      if (delay > 0) await setTimeout(delay)
      const onward = httpRequest({ hostname, port, method, path: url, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
        if (method === 'DELETE') lastDelete = performance.now()
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
    lastDelete: () => lastDelete,
    setDelay: (ms) => {
      delay = ms
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
