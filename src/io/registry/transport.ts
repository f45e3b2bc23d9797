import type { Repository } from '../../oci/reference.ts'
import { authorize, knownAuthorization } from './authorization.ts'
import { allowsHttp, endpointOf } from './endpoint.ts'
import { type Answer, describeRequest, exchange } from './exchange.ts'
import { refusalError } from './failure.ts'
import { RegistryError } from './registry-error.ts'
import { withRetries } from './retry.ts'
import { repositoryScope, type ScopeAction } from './scope.ts'
import type { Session } from './session.ts'

/** A request to the API of a registry (OCI distribution spec). */
export type RegistryRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly repository: Repository
  /** Below `/v2/<repository>/`: `manifests/latest`; or a URL, or a path from the root, that the registry gave. */
  readonly path: string
  /** What the token has to be good for. */
  readonly actions: readonly ScopeAction[]
  /** Lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** Longest body that is read, bytes. */
  readonly maxBytes?: number
  /** Error statuses that are an answer to the caller. */
  readonly expect?: readonly number[]
}

const MAX_REDIRECTS = 5
const MAX_BYTES = 16 * 1024 * 1024
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Where the request goes. */
export const urlOf = (session: Session, { repository: { registry, repository }, path }: RegistryRequest): URL =>
  new URL(path, new URL(`/v2/${repository}/`, endpointOf(registry, session.insecure)))

const resolveFrom = (session: Session, request: RegistryRequest, from: URL, location: string): URL => {
  const to = URL.parse(location, from.href)
  const allowed =
    to?.protocol === 'https:' ||
    (to?.protocol === 'http:' && from.protocol === 'http:' && allowsHttp(to.host, session.insecure))
  if (to !== null && allowed) return to
  const where = to === null ? 'no URL' : `${to.origin}, which is not https`
  const { registry } = request.repository
  throw new RegistryError(`${describeRequest(request.method, from)}: redirected to ${where}`, { registry })
}

/** Where the `Location` of an answer leads. Throws {@link RegistryError} where that would give up TLS. */
export const resolveLocation = (session: Session, request: RegistryRequest, location: string): URL =>
  resolveFrom(session, request, urlOf(session, request), location)

/** `ownAnswer`: whether the registry itself answered, not one to which it redirected. */
type Followed = Answer & { readonly ownAnswer: boolean }

/** Follows the redirects of a read. Whoever is not the registry gets no `Authorization`, then or on a way back. */
const follow = async (session: Session, request: RegistryRequest, authorization?: string): Promise<Followed> => {
  const { method, repository, headers = {}, body, maxBytes = MAX_BYTES } = request
  const { registry } = repository
  const home = endpointOf(registry, session.insecure).origin
  let url = urlOf(session, request)
  let ownAnswer = url.origin === home
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const answer = await exchange(session, {
      method,
      url,
      registry,
      maxBytes,
      headers: { ...headers, ...(ownAnswer && authorization !== undefined ? { authorization } : {}) },
      ...(body === undefined ? {} : { body }),
    })
    const location = answer.headers.get('location')
    const isRead = method === 'GET' || method === 'HEAD'
    if (!isRead || location === null || !REDIRECTS.has(answer.status)) return { ...answer, ownAnswer }
    url = resolveFrom(session, request, url, location)
    ownAnswer &&= url.origin === home
  }
  throw new RegistryError(`${describeRequest(method, url)}: more than ${MAX_REDIRECTS} redirects`, { registry })
}

/** Makes the request with what is known, and again with an answer to the registry's challenge. */
const authenticated = async (session: Session, request: RegistryRequest): Promise<Followed> => {
  const { registry, repository } = request.repository
  const purpose = { registry, scopes: [repositoryScope(repository, request.actions)] }
  const known = await knownAuthorization(session, purpose)
  const first = await follow(session, request, known?.header)
  if (first.status !== 401 || !first.ownAnswer) return first
  const authorization = await authorize(session, purpose, first.headers.get('www-authenticate'), known)
  return authorization === undefined ? first : follow(session, request, authorization.header)
}

const checked = async (session: Session, request: RegistryRequest): Promise<Answer> => {
  const answer = await authenticated(session, request)
  const { status, headers, bytes } = answer
  if ((status >= 200 && status < 300) || request.expect?.includes(status) === true) return answer
  const { registry } = request.repository
  const refusal = {
    asked: describeRequest(request.method, urlOf(session, request)),
    registry,
    status,
    headers,
    body: bytes.toString('utf8'),
    writes: request.actions.some((action) => action !== 'pull'),
    now: session.pacing.now(),
  }
  throw refusalError(refusal, status < 500 ? await session.credentials(registry) : { warnings: [] })
}

/**
 * Sends a request to a registry: authenticates, follows redirects, and tries again while failures are temporary.
 * Returns answers of status 2xx and those the request expects. Throws {@link RegistryError} for all others.
 */
export const send = (session: Session, request: RegistryRequest): Promise<Answer> =>
  session.gate(request.repository.registry)(() =>
    withRetries(session.pacing, session.patience, () => checked(session, request)),
  )
