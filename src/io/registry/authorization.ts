import { type Challenge, parseChallenges, preferredChallenge } from './challenge.ts'
import { canonicalHost } from './endpoint.ts'
import type { Authorization, Session } from './session.ts'
import { basicAuthorization, fetchToken } from './token.ts'

/** What is to be done, and where. */
export type Purpose = { readonly registry: string; readonly scopes: readonly string[] }

const keyOf = ({ registry, scopes }: Purpose): string => [canonicalHost(registry), ...scopes].join(' ')

/** What a promise came to, or undefined: its failure is told to those who started it. */
const settled = async <T>(promise: Promise<T> | undefined): Promise<T | undefined> => promise?.catch(() => undefined)

/** The authorization that is already known for a purpose, unless it has expired. */
export const knownAuthorization = async (session: Session, purpose: Purpose): Promise<Authorization | undefined> => {
  const known = await settled(session.authorizations.get(keyOf(purpose)))
  return known !== undefined && known.expires > session.pacing.now() ? known : undefined
}

const answerChallenge = async (
  session: Session,
  { registry, scopes }: Purpose,
  challenge: Challenge,
): Promise<Authorization | undefined> => {
  const { credential } = await session.credentials(registry)
  if (challenge.scheme === 'bearer') {
    const { text, expires } = await fetchToken(session, { registry, challenge, scopes, credential })
    return { header: `Bearer ${text}`, expires }
  }
  if (credential?.kind !== 'basic') return undefined
  return { header: basicAuthorization(credential.username, credential.password), expires: Infinity }
}

/**
 * The authorization that answers a 401. `refused` is what the 401 came in spite of; if others have got a newer one in
 * the meantime, that is it. Undefined when nothing can be answered. Throws RegistryError when no token can be had.
 */
export const authorize = async (
  session: Session,
  purpose: Purpose,
  wwwAuthenticate: string | null,
  refused: Authorization | undefined,
): Promise<Authorization | undefined> => {
  const key = keyOf(purpose)
  const held = session.authorizations.get(key)
  const known = await settled(held)
  if (known !== undefined && known !== refused && known.expires > session.pacing.now()) return known
  if (session.authorizations.get(key) !== held) return authorize(session, purpose, wwwAuthenticate, refused)
  const challenge = preferredChallenge(parseChallenges(wwwAuthenticate))
  if (challenge === undefined) return undefined
  const fresh = answerChallenge(session, purpose, challenge)
  session.authorizations.set(key, fresh)
  return fresh
}
