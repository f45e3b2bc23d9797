import { json, type RecordedRequest, type Reply, type ServerRequest } from './registry/exchange.ts'
import { startServer } from './registry/server.ts'

/** An artifact of the run, as the service keeps it. */
export type StoredArtifact = {
  readonly name: string
  /** The zip. */
  readonly bytes: Buffer
  /** `sha256:<hex>` that the uploader stated. */
  readonly digest: string
}

/** GitHub's artifact service for one workflow run, in memory, on loopback, that can be made to misbehave. */
export type ArtifactService = AsyncDisposable & {
  /** Variables that a runner gives to a step for it. */
  readonly env: Readonly<Record<'ACTIONS_RUNTIME_TOKEN' | 'ACTIONS_RESULTS_URL', string>>
  /** Artifacts that are complete, by name. */
  readonly artifacts: Map<string, StoredArtifact>
  readonly requests: readonly RecordedRequest[]
  readonly close: () => Promise<void>
}

/** A message of the service as JSON, with the field names of its protobuf. */
type Message = Readonly<Record<string, unknown>>

const RUN = { workflow_run_backend_id: 'ce7f54c7-run', workflow_job_run_backend_id: 'ca395085-job' }

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The runner's token is a JWT whose scope has the ids of run and job. */
export const TOKEN = [
  base64url({ alg: 'none' }),
  base64url({
    scp: `Actions.Other Actions.Results:${Object.values(RUN).join(':')}`,
    // BuildKit's client for the Actions cache reads which branches' entries it may read and write, and the times.
    ac: JSON.stringify([{ Scope: 'refs/heads/master', Permission: 3 }]),
    ...{ nbf: 0, exp: 4_000_000_000 },
  }),
  'c2lnbmVk',
].join('.')

/** An error as Twirp has it (https://twitchtv.github.io/twirp/docs/errors.html). */
const twirpError = (status: number, code: string, msg: string): Reply => json(status, { code, msg })

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** An upload between its creation and its end: blocks by id, and the blob they were put together to. */
type Pending = { readonly blocks: Map<string, Buffer>; blob?: Buffer }

type State = { readonly pending: Map<string, Pending>; readonly artifacts: Map<string, StoredArtifact> }

type Call = (state: State, message: Message, host: string) => Reply

/** The shared access signature is the secret of a URL; nothing else protects it. */
const signed = (host: string, name: string): string => `http://${host}/blobs/${name}.zip?sig=signed%2Fsecret&sv=1`

const create: Call = ({ pending, artifacts }, message, host) => {
  const name = textOf(message['name'])
  if (pending.has(name) || artifacts.has(name)) {
    return twirpError(409, 'already_exists', 'an artifact with this name already exists on the workflow run')
  }
  pending.set(name, { blocks: new Map() })
  return json(200, { ok: true, signed_upload_url: signed(host, name) })
}

const finalize: Call = ({ pending, artifacts }, message) => {
  const name = textOf(message['name'])
  const bytes = pending.get(name)?.blob
  if (bytes === undefined || String(bytes.length) !== message['size']) {
    return twirpError(400, 'invalid_argument', 'no such upload, or not all of it')
  }
  pending.delete(name)
  artifacts.set(name, { name, bytes, digest: textOf(message['hash']) })
  return json(200, { ok: true, artifact_id: String(artifacts.size) })
}

const list: Call = ({ artifacts }, message) => {
  const all = [...artifacts.values()].map(({ name, bytes, digest }, index) => {
    const id = String(index + 1)
    return { ...RUN, database_id: id, name, size: String(bytes.length), created_at: '2026-11-22T15:39:57Z', digest }
  })
  const { name_filter: name, id_filter: id } = message
  const found = all.filter((one) => (name ?? one.name) === one.name && (id ?? one.database_id) === one.database_id)
  return json(200, { artifacts: found })
}

const sign: Call = ({ artifacts }, message, host) => {
  const name = textOf(message['name'])
  if (!artifacts.has(name)) return twirpError(404, 'not_found', 'no such artifact')
  return json(200, { signed_url: signed(host, name) })
}

const CALLS: Readonly<Record<string, Call>> = {
  CreateArtifact: create,
  FinalizeArtifact: finalize,
  ListArtifacts: list,
  GetSignedArtifactURL: sign,
}

const answerCall = (state: State, call: Call | undefined, { headers, body }: ServerRequest): Reply => {
  if (call === undefined) return twirpError(404, 'bad_route', 'no such method')
  if (headers['authorization'] !== `Bearer ${TOKEN}`) return twirpError(401, 'unauthenticated', 'no such token')
  const message = JSON.parse(body.toString()) as Message
  const mine = Object.entries(RUN).every(([name, id]) => message[name] === id)
  return mine ? call(state, message, headers['host'] ?? '') : twirpError(403, 'permission_denied', 'not your run')
}

/** The part of Azure's Put Block, Put Block List and Get Blob that the toolkit speaks. */
const answerBlob = ({ pending, artifacts }: State, name: string, request: ServerRequest): Reply => {
  const { method, query, body } = request
  if (query.get('sig') !== 'signed/secret') return { status: 403 }
  if (method === 'GET') {
    const artifact = artifacts.get(name)
    if (artifact === undefined) return { status: 404 }
    return { status: 200, headers: { 'content-type': 'application/zip' }, body: artifact.bytes }
  }
  const upload = pending.get(name)
  if (method !== 'PUT' || upload === undefined) return { status: 404 }
  if (query.get('comp') === 'block') upload.blocks.set(query.get('blockid') ?? '', body)
  else {
    const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map(([, id = '']) => id)
    upload.blob = Buffer.concat(ids.map((id) => upload.blocks.get(id) ?? Buffer.alloc(0)))
  }
  return { status: 201 }
}

/**
 * Starts a service. `await using service = await startArtifactService()` closes it at the end of the scope. `others` answers
 * what is not asked of it, as other services have the same address.
 */
export const startArtifactService = async (
  others: (request: ServerRequest) => Reply | undefined = () => undefined,
): Promise<ArtifactService> => {
  const state: State = { pending: new Map(), artifacts: new Map() }
  const server = await startServer((request) => {
    const [, method] = /^\/twirp\/github\.actions\.results\.api\.v1\.ArtifactService\/(\w+)$/.exec(request.path) ?? []
    if (method !== undefined) return answerCall(state, CALLS[method], request)
    const [, name] = /^\/blobs\/(.+)\.zip$/.exec(request.path) ?? []
    return name === undefined ? (others(request) ?? { status: 404 }) : answerBlob(state, name, request)
  })
  return {
    env: { ACTIONS_RUNTIME_TOKEN: TOKEN, ACTIONS_RESULTS_URL: `http://${server.host}/` },
    artifacts: state.artifacts,
    requests: server.requests,
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  }
}
