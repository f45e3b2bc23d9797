import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A further address of a registry, which can be closed while the registry itself stays up. */
export type Door = AsyncDisposable & { readonly address: string }

/** Opens one on loopback, on that port or any. Whoever comes through speaks with the server at `host:port`; at the end of the scope it is shut. */
export const openDoor = async (target: string, at = 0): Promise<Door> => {
  const [host = '', port = ''] = target.split(':')
  const sockets = new Set<Socket>()
  const server = createServer((from) => {
    const to = connect(Number(port), host)
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    from.pipe(to).pipe(from)
  })
  server.listen(at, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${own}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
