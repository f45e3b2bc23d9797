import { json, type RecordedRequest, type Reply, type ServerRequest } from './registry/exchange.ts'
import { startServer } from './registry/server.ts'

/** An entry of the Actions cache. */
export type CacheEntry = { readonly key: string; readonly version: string; readonly bytes: Buffer }

/** GitHub's Actions cache service (v2) of one branch, in memory, that can be made to misbehave. */
export type CacheRoutes = {
  /** Undefined for what is not asked of the cache. */
  readonly answer: (request: ServerRequest) => Reply | undefined
  /** Entries that are complete, oldest first. */
  readonly entries: CacheEntry[]
  /** Answers every call so from now on. */
  readonly answerWith: (reply: Reply | undefined) => void
}

/** The service on loopback. */
export type CacheService = AsyncDisposable &
  Pick<CacheRoutes, 'entries' | 'answerWith'> & {
    /** Variables that a runner gives to a step for it. */
    readonly env: Readonly<Record<'ACTIONS_RUNTIME_TOKEN' | 'ACTIONS_RESULTS_URL' | 'ACTIONS_CACHE_SERVICE_V2', string>>
    readonly requests: readonly RecordedRequest[]
    readonly close: () => Promise<void>
  }

/** A message of the service as JSON, with the field names of its protobuf. */
type Message = Readonly<Record<string, unknown>>

/** An upload between its reservation and its end. */
type Pending = { readonly key: string; readonly version: string; readonly blocks: Map<string, Buffer>; bytes?: Buffer }

type State = { readonly pending: Map<string, Pending>; readonly entries: CacheEntry[] }

type Call = (state: State, message: Message, host: string) => Reply

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The client takes only addresses of this form, on an IP host, for those of a storage emulator. */
const signed = (host: string, blob: string): string => `http://${host}/devstoreaccount1/cache/${blob}?sig=signed`

const create: Call = ({ pending, entries }, message, host) => {
  const [key, version] = [textOf(message['key']), textOf(message['version'])]
  if (entries.some((entry) => entry.key === key && entry.version === version)) {
    return json(409, { code: 'already_exists', msg: `cache entry with key ${key} already exists` })
  }
  const blob = `upload-${pending.size}`
  pending.set(blob, { key, version, blocks: new Map() })
  return json(200, { ok: true, signed_upload_url: signed(host, blob) })
}

const finalize: Call = ({ pending, entries }, message) => {
  const [key, version] = [textOf(message['key']), textOf(message['version'])]
  const upload = [...pending.values()].find((each) => each.key === key && each.version === version)
  if (upload?.bytes === undefined || String(upload.bytes.length) !== String(message['size_bytes']))
    return json(200, { ok: false })
  entries.push({ key, version, bytes: upload.bytes })
  return json(200, { ok: true, entry_id: String(entries.length) })
}

/** The newest entry of the first key that begins one: the key itself as a whole, restore keys as prefixes. */
const lookUp: Call = ({ entries }, message, host) => {
  const mine = entries.filter(({ version }) => version === message['version'])
  const prefixes = Array.isArray(message['restore_keys']) ? message['restore_keys'].map(textOf) : []
  const found =
    mine.find(({ key }) => key === message['key']) ??
    prefixes.map((prefix) => mine.findLast(({ key }) => key.startsWith(prefix))).find((entry) => entry !== undefined)
  if (found === undefined) return json(200, { ok: false })
  const signed_download_url = signed(host, `entry-${entries.indexOf(found)}`)
  return json(200, { ok: true, signed_download_url, matched_key: found.key })
}

const CALLS: Readonly<Record<string, Call>> = {
  CreateCacheEntry: create,
  FinalizeCacheEntryUpload: finalize,
  GetCacheEntryDownloadURL: lookUp,
}

const answerCall = (state: State, call: Call | undefined, { body, headers }: ServerRequest): Reply =>
  call === undefined
    ? json(404, { code: 'bad_route', msg: 'no such method' })
    : call(state, JSON.parse(body.toString()) as Message, headers['host'] ?? '')

/** Put Blob, or Put Block and Put Block List, which BuildKit's client prefers: the list names the blocks in order. */
const store = (upload: Pending, { query, body }: ServerRequest): void => {
  switch (query.get('comp')) {
    case 'block':
      upload.blocks.set(query.get('blockid') ?? '', body)
      return
    case 'blocklist': {
      const ids = [...body.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map(([, id = '']) => id)
      upload.bytes = Buffer.concat(ids.map((id) => upload.blocks.get(id) ?? Buffer.alloc(0)))
      return
    }
    default:
      upload.bytes = body
  }
}

/** The part of Azure's Put Blob, Get Blob and Get Blob Properties that the toolkit speaks. */
const answerBlob = ({ pending, entries }: State, blob: string, request: ServerRequest): Reply => {
  const { method, headers } = request
  const entry = entries[Number(/^entry-(\d+)$/.exec(blob)?.[1] ?? -1)]
  if (method === 'PUT') {
    const upload = pending.get(blob)
    if (upload === undefined) return { status: 404 }
    store(upload, request)
    const stamps = { etag: '"1"', 'last-modified': new Date(0).toUTCString(), 'x-ms-request-id': '1' }
    return { status: 201, headers: stamps }
  }
  if (entry === undefined) return { status: 404 }
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers['range'] ?? headers['x-ms-range'] ?? '') ?? []
  const part = entry.bytes.subarray(Number(from), to === '' ? undefined : Number(to) + 1)
  const type = { 'content-type': 'application/octet-stream', 'x-ms-blob-type': 'BlockBlob', etag: '"1"' }
  const length = { 'content-length': String(part.length) }
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${entry.bytes.length}`
  const isPart = part.length < entry.bytes.length || headers['range'] !== undefined
  return { status: isPart ? 206 : 200, headers: { ...type, ...length, 'content-range': range }, body: part }
}

/** The service, to be served by whoever serves what the runner names in `ACTIONS_RESULTS_URL`. */
export const cacheRoutes = (token: string): CacheRoutes => {
  const state: State = { pending: new Map(), entries: [] }
  let fault: Reply | undefined
  const answer = (request: ServerRequest): Reply | undefined => {
    const [, method] = /^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/.exec(request.path) ?? []
    if (method !== undefined) {
      if (fault !== undefined) return fault
      const isMine = request.headers['authorization'] === `Bearer ${token}`
      return isMine ? answerCall(state, CALLS[method], request) : json(401, { code: 'unauthenticated', msg: 'no' })
    }
    const [, blob] = /^\/devstoreaccount1\/cache\/(.+)$/.exec(request.path) ?? []
    return blob === undefined ? undefined : answerBlob(state, blob, request)
  }
  const answerWith = (reply: Reply | undefined): void => {
    fault = reply
  }
  return { answer, entries: state.entries, answerWith }
}

/** Starts a service. `await using service = await startCacheService()` closes it at the end of the scope. */
export const startCacheService = async (): Promise<CacheService> => {
  const token = 'runtime-token'
  const { answer, entries, answerWith } = cacheRoutes(token)
  const server = await startServer((request) => answer(request) ?? { status: 404 })
  const address = { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: `http://${server.host}/` }
  return {
    env: { ...address, ACTIONS_CACHE_SERVICE_V2: 'True' },
    ...{ entries, answerWith, requests: server.requests, close: server.close },
    [Symbol.asyncDispose]: server.close,
  }
}
