import { randomUUID } from 'node:crypto'
import type { Needed } from './auth.ts'
import { json, ociError, type Reply, type ServerRequest } from './exchange.ts'
import { deleteManifest, digestOf, putManifest, repositoryIn, resolveIdentifier } from './store.ts'
import type { Store, StoredRepository } from './store.ts'

/** How registries differ. The defaults are those of a plain registry by the specification. */
export type RouteOptions = {
  /** Longest page of tags, whatever the client asks for. */
  readonly pageSize?: number
  /** Ignores `n` and `last`: all tags at once, not sorted, no Link, as distribution 2.8 does. */
  readonly ignoresPaging?: boolean
  /** Link headers are whole URLs, not paths. */
  readonly absoluteLinks?: boolean
  /** `digest` as distribution 2.8 with deletion on; `refused` as GHCR and Docker Hub. Default: `tag-and-digest`. */
  readonly deletion?: 'tag-and-digest' | 'digest' | 'refused'
  /** Base of URLs where blobs really are; the registry redirects there. */
  readonly blobsAt?: string
  /** Where an upload goes on, from the path of its URL; that with a query if left out. */
  readonly uploadLocation?: (path: string) => string
}

type Context = {
  readonly store: Store
  readonly options: RouteOptions
  readonly host: string
  readonly request: ServerRequest
  readonly name: string
  /** What stands behind `manifests/`, `blobs/`, `blobs/uploads/`. */
  readonly rest: string
}

const NAME_UNKNOWN = ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry')
const MANIFEST_UNKNOWN = ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
const BLOB_UNKNOWN = ociError(404, 'BLOB_UNKNOWN', 'blob unknown to registry')
const DIGEST_INVALID = ociError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content')
const UNSUPPORTED = ociError(405, 'UNSUPPORTED', 'The operation is unsupported.')

const getManifest = ({ store, name, rest }: Context): Reply => {
  const repository = store.get(name)
  if (repository === undefined) return NAME_UNKNOWN
  const digest = resolveIdentifier(repository, rest)
  const manifest = digest === undefined ? undefined : repository.manifests.get(digest)
  if (digest === undefined || manifest === undefined) return MANIFEST_UNKNOWN
  const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': digest, etag: `"${digest}"` }
  return { status: 200, headers, body: manifest.bytes }
}

/** Digests a manifest names that are not there. */
const missing = (repository: StoredRepository, bytes: Buffer): readonly string[] => {
  type Named = { readonly digest: string }
  const {
    config,
    layers = [],
    manifests = [],
  } = JSON.parse(bytes.toString()) as {
    config?: Named
    layers?: Named[]
    manifests?: Named[]
  }
  const blobs = [...(config === undefined ? [] : [config]), ...layers].map(({ digest }) => digest)
  const children = manifests.map(({ digest }) => digest)
  return [
    ...blobs.filter((digest) => !repository.blobs.has(digest)),
    ...children.filter((digest) => !repository.manifests.has(digest)),
  ]
}

const putManifestRoute = ({ store, name, rest, request }: Context): Reply => {
  const repository = repositoryIn(store, name)
  const [absent] = missing(repository, request.body)
  if (absent !== undefined) return ociError(404, 'MANIFEST_BLOB_UNKNOWN', `unknown: ${absent}`)
  if (rest.includes(':') && rest !== digestOf(request.body)) return DIGEST_INVALID
  const manifest = { mediaType: request.headers['content-type'] ?? '', bytes: request.body }
  const digest = putManifest(repository, manifest, rest.includes(':') ? undefined : rest)
  return { status: 201, headers: { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest } }
}

const deleteManifestRoute = ({ store, name, rest, options }: Context): Reply => {
  const { deletion = 'tag-and-digest' } = options
  const repository = store.get(name)
  const isTag = !rest.includes(':')
  if (deletion === 'refused') return UNSUPPORTED
  if (deletion === 'digest' && isTag) return DIGEST_INVALID
  const digest = repository && resolveIdentifier(repository, rest)
  if (repository === undefined || digest === undefined) return MANIFEST_UNKNOWN
  if (isTag) repository.tags.delete(rest)
  else deleteManifest(repository, digest)
  return { status: 202 }
}

const getBlob = ({ store, name, rest, options, request }: Context): Reply => {
  const bytes = store.get(name)?.blobs.get(rest)
  if (bytes === undefined) return BLOB_UNKNOWN
  if (options.blobsAt !== undefined && request.method === 'GET') {
    return { status: 307, headers: { location: `${options.blobsAt}/${name}/${rest}?signature=secret` } }
  }
  return { status: 200, headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': rest }, body: bytes } // prettier-ignore
}

const deleteBlob = ({ store, name, rest }: Context): Reply =>
  store.get(name)?.blobs.delete(rest) === true ? { status: 202 } : BLOB_UNKNOWN

const finishUpload = ({ store, name, request }: Context, bytes: Buffer): Reply => {
  const digest = digestOf(bytes)
  if (request.query.get('digest') !== digest) return DIGEST_INVALID
  repositoryIn(store, name).blobs.set(digest, bytes)
  return { status: 201, headers: { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest } }
}

const openUpload = ({ name, options }: Context, id: string, bytes: Buffer): Reply => ({
  status: 202,
  headers: {
    location: (options.uploadLocation ?? ((path) => `${path}?_state=${id}`))(`/v2/${name}/blobs/uploads/${id}`),
    'docker-upload-uuid': id,
    range: `0-${Math.max(0, bytes.length - 1)}`,
  },
})

/** POST: a mount, a whole blob, or the start of an upload. */
const startUpload = (context: Context): Reply => {
  const { store, name, request } = context
  const mount = request.query.get('mount')
  const mounted = mount === null ? undefined : store.get(request.query.get('from') ?? '')?.blobs.get(mount)
  if (mount !== null && mounted !== undefined) {
    repositoryIn(store, name).blobs.set(mount, mounted)
    return { status: 201, headers: { location: `/v2/${name}/blobs/${mount}`, 'docker-content-digest': mount } }
  }
  if (request.query.has('digest')) return finishUpload(context, request.body)
  const id = randomUUID()
  repositoryIn(store, name).uploads.set(id, Buffer.alloc(0))
  return openUpload(context, id, Buffer.alloc(0))
}

/** PATCH adds to an upload, PUT ends it. */
const continueUpload = (context: Context): Reply => {
  const { store, name, rest, request } = context
  const { uploads } = repositoryIn(store, name)
  const before = uploads.get(rest)
  if (before === undefined) return ociError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
  const bytes = Buffer.concat([before, request.body])
  if (request.method === 'PATCH') {
    uploads.set(rest, bytes)
    return openUpload(context, rest, bytes)
  }
  uploads.delete(rest)
  return finishUpload(context, bytes)
}

const listTags = ({ store, name, request, options, host }: Context): Reply => {
  const repository = store.get(name)
  if (repository === undefined) return NAME_UNKNOWN
  const all = [...repository.tags.keys()]
  if (options.ignoresPaging === true) return json(200, { name, tags: all })
  const last = request.query.get('last') ?? ''
  const asked = Number(request.query.get('n') ?? Infinity)
  const rest = all.sort().filter((tag) => tag > last)
  const page = rest.slice(0, Math.min(asked, options.pageSize ?? Infinity))
  if (page.length === rest.length) return json(200, { name, tags: page })
  const query = new URLSearchParams({ n: String(asked), last: page.at(-1) ?? '' })
  const base = options.absoluteLinks === true ? `http://${host}` : ''
  return json(200, { name, tags: page }, { link: `<${base}/v2/${name}/tags/list?${query.toString()}>; rel="next"` })
}

type Route = readonly [method: RegExp, path: RegExp, action: string, answer: (context: Context) => Reply]

const NAME = '/v2/(?<name>[a-z0-9._/-]+)'
const ROUTES: readonly Route[] = [
  [/^POST$/, new RegExp(`^${NAME}/blobs/uploads/$`), 'push', startUpload],
  [/^(PATCH|PUT)$/, new RegExp(`^${NAME}/blobs/uploads/(?<rest>[^/]+)$`), 'push', continueUpload],
  [/^(GET|HEAD)$/, new RegExp(`^${NAME}/blobs/(?<rest>[^/]+)$`), 'pull', getBlob],
  [/^DELETE$/, new RegExp(`^${NAME}/blobs/(?<rest>[^/]+)$`), 'delete', deleteBlob],
  [/^(GET|HEAD)$/, new RegExp(`^${NAME}/manifests/(?<rest>[^/]+)$`), 'pull', getManifest],
  [/^PUT$/, new RegExp(`^${NAME}/manifests/(?<rest>[^/]+)$`), 'push', putManifestRoute],
  [/^DELETE$/, new RegExp(`^${NAME}/manifests/(?<rest>[^/]+)$`), 'delete', deleteManifestRoute],
  [/^GET$/, new RegExp(`^${NAME}/tags/list$`), 'pull', listTags],
]

/** Answers a request to the API, if `refuse` has nothing against what it needs. */
export const answerApi = (
  context: Omit<Context, 'name' | 'rest'>,
  refuse: (needed: Needed) => Reply | undefined,
): Reply => {
  const { method, path } = context.request
  for (const [methods, pattern, action, answer] of ROUTES) {
    const groups = methods.test(method) ? pattern.exec(path)?.groups : undefined
    const name = groups?.['name']
    if (name === undefined) continue
    return refuse({ repository: name, action }) ?? answer({ ...context, name, rest: groups?.['rest'] ?? '' })
  }
  return path === '/v2/' ? json(200, {}) : ociError(404, 'UNSUPPORTED', `no route for ${method} ${path}`)
}
