import { createHash } from 'node:crypto'
import { isMembers } from '../oci/json.ts'
import { reasonOf } from './failure-reason.ts'

/** Whether scopes of BuildKit's `type=gha` cache hold something that this run may read. */
export type GhaScopes = {
  /** What this run may do there, by what the runner says and the token allows. */
  readonly mode: 'unavailable' | 'none' | 'read' | 'write'
  /** Undefined when nobody could tell. */
  readonly exists: (scope: string) => Promise<boolean | undefined>
  /** What the service said when it could not tell, once. */
  readonly fault: () => string | undefined
  /** The token, to be masked; empty where there is none. */
  readonly token: string
}

const METHOD = 'twirp/github.actions.results.api.v1.CacheService/GetCacheEntryDownloadURL'

/** tonistiigi/go-actions-cache, cache.go: `version`, the same for every key. */
const VERSION = createHash('sha256').update('|go-actionscache-1.0').digest('hex')

/** How long one question may take, ms, and how many are asked before the rest is left to BuildKit. */
const PATIENCE = 5000
const MOST = 400

const given = (env: NodeJS.ProcessEnv, name: string): string => env[name] ?? ''

/** A part of the token as JSON; undefined for what is none. */
const parsePart = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/**
 * Whether the token may write anywhere; undefined when BuildKit could not read it, which would fail a build. Its claim
 * `ac` lists scopes with permissions: 1 to read, 2 to write (tonistiigi/go-actions-cache, `parseToken`).
 */
const mayWrite = (token: string): boolean | undefined => {
  const parts = token.split('.')
  const claims = parts.length === 3 ? parsePart(parts[1] ?? '') : undefined
  const ac = isMembers(claims) && typeof claims['ac'] === 'string' ? claims['ac'] : ''
  const scopes: unknown = parsePart(Buffer.from(ac).toString('base64url'))
  if (!Array.isArray(scopes)) return undefined
  return scopes.some((scope: unknown) => isMembers(scope) && (Number(scope['Permission']) & 2) === 2)
}

/** `ACTIONS_CACHE_MODE` (GitHub docs, "cache-mode") and the token, which may allow less. */
const modeOf = (env: NodeJS.ProcessEnv): GhaScopes['mode'] => {
  const token = given(env, 'ACTIONS_RUNTIME_TOKEN')
  const writes = mayWrite(token)
  if (given(env, 'ACTIONS_RESULTS_URL') + given(env, 'ACTIONS_CACHE_URL') === '' || writes === undefined) {
    return 'unavailable'
  }
  const mode = given(env, 'ACTIONS_CACHE_MODE').toLowerCase()
  if (mode === 'none' || mode === 'read') return mode
  return writes ? 'write' : 'read'
}

/**
 * Asks the cache service itself, which knows what the run's own token may read. The key is that of BuildKit's index
 * (moby/buildkit, cache/remotecache/gha/gha.go: `indexKey`) up to the hash of the branch.
 */
const askService = async (env: NodeJS.ProcessEnv, scope: string): Promise<boolean> => {
  const prefix = `index-${scope}-1-`
  const response = await fetch(new URL(METHOD, given(env, 'ACTIONS_RESULTS_URL')), {
    method: 'POST',
    headers: { authorization: `Bearer ${given(env, 'ACTIONS_RUNTIME_TOKEN')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key: prefix, restore_keys: [prefix], version: VERSION }),
    signal: AbortSignal.timeout(PATIENCE),
  })
  if (!response.ok) throw new Error(`the cache service answered ${response.status}`)
  const answer: unknown = await response.json()
  return isMembers(answer) && answer['ok'] === true
}

/** Scopes of the service that the runner's variables name. Where that is the older one, nothing can be known. */
export const createGhaScopes = (env: NodeJS.ProcessEnv): GhaScopes => {
  const mode = modeOf(env)
  const isKnown = mode !== 'unavailable' && mode !== 'none' && given(env, 'ACTIONS_RESULTS_URL') !== ''
  const hasV2 = /^(?:1|true)$/i.test(given(env, 'ACTIONS_CACHE_SERVICE_V2'))
  let fault = isKnown && !hasV2 ? 'the older cache service cannot be asked' : undefined
  let asked = 0
  const exists = async (scope: string): Promise<boolean | undefined> => {
    if (!isKnown || fault !== undefined) return isKnown ? undefined : false
    if (++asked > MOST) return undefined
    try {
      return await askService(env, scope)
    } catch (error) {
      fault ??= reasonOf(error)
      return undefined
    }
  }
  return { mode, exists, fault: () => fault, token: given(env, 'ACTIONS_RUNTIME_TOKEN') }
}
