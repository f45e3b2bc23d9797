import { type AuthOptions, createAuthority } from './registry/auth.ts'
import { ociError, type RecordedRequest, type Reply, type ServerRequest } from './registry/exchange.ts'
import type { Fault } from './registry/faults.ts'
import { createPusher, type Pusher } from './registry/images.ts'
import { answerApi, type RouteOptions } from './registry/routes.ts'
import { startServer } from './registry/server.ts'
import { putBlob, repositoryIn, type Store } from './registry/store.ts'

export type RegistryOptions = Omit<RouteOptions, 'blobsAt'> & {
  readonly auth?: AuthOptions
  /** Blobs lie on a server of another origin, to which the registry redirects. */
  readonly redirectsBlobs?: boolean
  /** Blobs are uploaded straight to that server. */
  readonly uploadsToStorage?: boolean
  /** Stand before the registry and its token server, the first outermost. More can be added later. */
  readonly faults?: readonly Fault[]
}

/** A real OCI registry in memory, on loopback, that can be made to misbehave. */
export type TestRegistry = Pusher &
  AsyncDisposable & {
    /** `127.0.0.1:<port>` */
    readonly host: string
    readonly url: string
    readonly store: Store
    /** Requests to the registry and its token server, in order. */
    readonly requests: RecordedRequest[]
    /** Requests to the server that blobs are redirected to. */
    readonly storageRequests: RecordedRequest[]
    /** `METHOD path status` of each request to the registry, for a quick look. */
    readonly log: () => readonly string[]
    /** How many requests it was answering at the same time, at most. */
    readonly busiest: () => number
    readonly faults: Fault[]
    /** Tokens that were issued lose their worth. */
    readonly revokeTokens: () => void
    readonly close: () => Promise<void>
  }

/** Serves and takes blobs like the storage behind a big registry: no authentication, the URL is the secret. */
const startStorage = (store: Store): ReturnType<typeof startServer> =>
  startServer((request: ServerRequest): Reply => {
    const { method, path, query } = request
    if (method === 'PUT') {
      const name = /^\/v2\/(.+)\/blobs\/uploads\//.exec(path)?.[1] ?? ''
      const digest = putBlob(repositoryIn(store, name), request.body)
      return digest === query.get('digest') ? { status: 201 } : ociError(400, 'DIGEST_INVALID', 'another digest')
    }
    const [, name = '', digest = ''] = /^\/(.+)\/([^/]+)$/.exec(path) ?? []
    const body = store.get(name)?.blobs.get(digest)
    return body === undefined ? ociError(404, 'BLOB_UNKNOWN', 'no such blob') : { status: 200, body }
  })

/** Starts a registry. `await using registry = await startRegistry()` closes it at the end of the scope. */
export const startRegistry = async (options: RegistryOptions = {}): Promise<TestRegistry> => {
  const { auth, redirectsBlobs = false, uploadsToStorage = false, faults: given = [], ...routes } = options
  const store: Store = new Map()
  const faults = [...given]
  const storage = await startStorage(store)
  const elsewhere = `http://${storage.host}`
  const routeOptions = {
    ...routes,
    ...(redirectsBlobs ? { blobsAt: elsewhere } : {}),
    ...(uploadsToStorage ? { uploadLocation: (path: string) => `${elsewhere}${path}?signature=secret` } : {}),
  }
  const authority = createAuthority(auth, () => server.host)

  const answer = (request: ServerRequest): Reply =>
    request.path === '/token'
      ? authority.issue(request)
      : answerApi({ store, options: routeOptions, host: server.host, request }, (needed) =>
          authority.refuse(request, needed),
        )
  const faulty = (request: ServerRequest): Reply =>
    faults.reduceRight<() => Reply>(
      (next, fault) => () => fault(request, next),
      () => answer(request),
    )()
  const server = await startServer(faulty)

  const close = async (): Promise<void> => {
    await Promise.all([server.close(), storage.close()])
  }
  return {
    ...createPusher(store),
    host: server.host,
    url: `http://${server.host}`,
    store,
    requests: server.requests,
    storageRequests: storage.requests,
    log: () => server.requests.map(({ method, path, status }) => `${method} ${path} ${status}`),
    busiest: server.busiest,
    faults,
    revokeTokens: authority.revoke,
    close,
    [Symbol.asyncDispose]: close,
  }
}
