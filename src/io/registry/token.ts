import type { Challenge } from './challenge.ts'
import type { Credential } from './credentials.ts'
import { allowsHttp } from './endpoint.ts'
import { describeRequest, exchange, type Exchange } from './exchange.ts'
import { refusalError } from './failure.ts'
import { RegistryError } from './registry-error.ts'
import { mergeScopes } from './scope.ts'
import type { Session } from './session.ts'

/** A token for one scope of a registry, and when it ends, ms since the epoch. */
export type Token = { readonly text: string; readonly expires: number }

/** What a token is asked for. */
export type TokenRequest = {
  readonly registry: string
  readonly challenge: Challenge
  /** What we are going to do; the challenge's own scope is added. */
  readonly scopes: readonly string[]
  readonly credential: Credential | undefined
}

const CLIENT_ID = 'strata'
const MAX_TOKEN_BYTES = 1024 * 1024
/** "A token should never be returned with less than 60 seconds to live" (distribution, docs/spec/auth/token.md). */
const SHORTEST_LIFE = 60_000
/** A token is not used any more when it has less than this to live, so that it does not end on the way. */
const MARGIN = 10_000

/** The value of `Authorization` for an account. */
export const basicAuthorization = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** The token server's URL. Credentials go there, so it has to be as safe as the registry itself. */
const realmOf = (session: Session, { registry, challenge }: TokenRequest): URL => {
  const realm = challenge.parameters['realm'] ?? ''
  const url = URL.parse(realm)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && allowsHttp(url.host, session.insecure))) return url
  const found = url === null ? 'no URL' : `${url.origin}, which is not https`
  throw new RegistryError(`the token server of ${registry} is ${found}`, { registry })
}

/** GET with Basic or anonymously (docs/spec/auth/token.md), or POST for an identity token (docs/spec/auth/oauth.md). */
const tokenExchange = (session: Session, request: TokenRequest): Exchange => {
  const { registry, challenge, credential } = request
  const url = realmOf(session, request)
  const service = challenge.parameters['service']
  const scopes = mergeScopes([...request.scopes, ...(challenge.parameters['scope']?.split(' ') ?? [])])
  const common = { url, registry, maxBytes: MAX_TOKEN_BYTES }
  if (credential?.kind === 'identity-token') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID, scope: scopes.join(' ') })
    if (service !== undefined) form.set('service', service)
    form.set('refresh_token', credential.token)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { ...common, method: 'POST', headers, body: form.toString() }
  }
  if (service !== undefined) url.searchParams.set('service', service)
  scopes.forEach((scope) => {
    url.searchParams.append('scope', scope)
  })
  const authorization = credential && basicAuthorization(credential.username, credential.password)
  return { ...common, method: 'GET', headers: authorization === undefined ? {} : { authorization } }
}

/** Reads `{"token" | "access_token", "expires_in"}`; undefined when no token is in it. */
const parseToken = (body: string, requested: number): Token | undefined => {
  try {
    const answer = JSON.parse(body) as { token?: unknown; access_token?: unknown; expires_in?: unknown }
    const text = [answer.token, answer.access_token].find((value) => typeof value === 'string' && value !== '')
    const seconds = typeof answer.expires_in === 'number' ? answer.expires_in : 0
    // Counted from our own clock before the request: `issued_at` is of a clock that may differ.
    const expires = requested + Math.max(SHORTEST_LIFE, seconds * 1000) - MARGIN
    return typeof text === 'string' ? { text, expires } : undefined
  } catch {
    return undefined
  }
}

/** Fetches a token. Throws {@link RegistryError}. */
export const fetchToken = async (session: Session, request: TokenRequest): Promise<Token> => {
  const { registry, credential } = request
  const ask = tokenExchange(session, request)
  const requested = session.pacing.now()
  const { status, headers, bytes } = await exchange(session, ask)
  const asked = `${describeRequest(ask.method, ask.url)} (token for ${registry})`
  const body = bytes.toString('utf8')
  if (status !== 200) {
    const writes = request.scopes.some((scope) => /push|delete/.test(scope.slice(scope.lastIndexOf(':'))))
    const refusal = { asked, registry, status, headers, body, writes, now: session.pacing.now() }
    throw refusalError(refusal, { warnings: [], ...(credential === undefined ? {} : { credential }) })
  }
  const token = parseToken(body, requested)
  if (token === undefined) throw new RegistryError(`${asked}: there is no token in the answer`, { registry })
  return token
}
