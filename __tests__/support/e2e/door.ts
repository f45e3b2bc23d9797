import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A further address of a registry, which can be shut while the registry itself stays up. At the end of the scope it is. */
export type Door = AsyncDisposable & {
  readonly address: string
  /** Ends all connections and takes no more. */
  readonly shut: () => Promise<void>
  readonly open: () => Promise<void>
}

/** Opens a door on loopback. Whoever comes through speaks with the server at `host:port`. */
export const openDoor = async (target: string): Promise<Door> => {
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
  const open = async (at: number): Promise<number> => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const shut = async (): Promise<void> => {
    if (!server.listening) return
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  const own = await open(0)
  return {
    address: `127.0.0.1:${own}`,
    shut,
    open: async () => {
      await open(own)
    },
    [Symbol.asyncDispose]: shut,
  }
}
