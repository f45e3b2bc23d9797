import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RecordedRequest, Reply, ServerRequest } from './exchange.ts'

export type Server = {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** Everything that was asked, in the order in which it was answered. */
  readonly requests: RecordedRequest[]
  /** How many requests were being answered at the same time, at most. */
  readonly busiest: () => number
  readonly close: () => Promise<void>
}

const readRequest = async (incoming: IncomingMessage): Promise<ServerRequest> => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://server')
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  return { method: incoming.method ?? '', path: pathname, query: searchParams, headers, body: Buffer.concat(chunks) }
}

const writeReply = (method: string, reply: Reply, outgoing: ServerResponse): void => {
  if (reply.wire === 'hang') return
  if (reply.wire === 'cut') return void outgoing.destroy()
  const body = Buffer.from(reply.body ?? '')
  const headers = Object.entries({ 'content-length': String(body.length), ...reply.headers })
  outgoing.writeHead(reply.status, Object.fromEntries(headers.map(([name, value]) => [name, [value].flat()])))
  if (reply.wire !== 'truncate') return void outgoing.end(method === 'HEAD' ? undefined : body)
  outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy())
}

/** Serves http on a free port of loopback. */
export const startServer = async (answer: (request: ServerRequest) => Reply | Promise<Reply>): Promise<Server> => {
  const requests: RecordedRequest[] = []
  let busy = 0
  let busiest = 0
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    busiest = Math.max(busiest, ++busy)
    outgoing.on('close', () => busy--)
    const request = await readRequest(incoming)
    const reply = await answer(request)
    requests.push({ ...request, status: reply.wire === 'cut' || reply.wire === 'hang' ? 0 : reply.status })
    writeReply(request.method, reply, outgoing)
  }
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      outgoing.writeHead(500).end(`the test registry is broken: ${String(error)}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { host: `127.0.0.1:${port}`, requests, busiest: () => busiest, close }
}
