import { memoise } from '../memoise.ts'
import type { CredentialLookup, Keychain } from './credentials.ts'
import { canonicalHost } from './endpoint.ts'
import type { FetchedManifest } from './fetched-manifest.ts'
import { createGate, type Gate } from './gate.ts'
import { type Pacing, PATIENCE, type Patience, REAL_PACING } from './retry.ts'

/** What a session needs from outside. Time and chance default to the real ones. */
export type SessionOptions = Partial<Pacing> & {
  /** Strata's version, for `User-Agent`. */
  readonly version: string
  readonly keychain: Keychain
  /** Told once about each thing that is wrong with the credentials. */
  readonly warn: (warning: string) => void
  /** Registry hosts that may be spoken to without TLS, besides loopback. */
  readonly insecure?: readonly string[]
  readonly fetch?: typeof globalThis.fetch
  readonly patience?: Partial<Patience>
  /** Requests to one registry at the same time. */
  readonly concurrency?: number
}

/** A value for `Authorization`, and until when it is good, ms since the epoch. */
export type Authorization = { readonly header: string; readonly expires: number }

/** The state that requests share: what is known of credentials and tokens, and who is waiting. */
export type Session = {
  readonly fetch: typeof globalThis.fetch
  readonly userAgent: string
  readonly pacing: Pacing
  readonly patience: Patience
  readonly insecure: ReadonlySet<string>
  /** Asks the keychain once for each registry. */
  readonly credentials: (registry: string) => Promise<CredentialLookup>
  readonly gate: (registry: string) => Gate
  /** By registry and scope. A promise, so that requests that start together fetch one token. */
  readonly authorizations: Map<string, Promise<Authorization | undefined>>
  /** By repository and digest. */
  readonly manifests: Map<string, Promise<FetchedManifest>>
}

/** Starts a session with any number of registries. */
export const createSession = (options: SessionOptions): Session => {
  const { version, keychain, warn, insecure = [], concurrency = 6 } = options
  const told = new Set<string>()
  const credentials = memoise(async (registry) => {
    const lookup = await keychain(registry)
    lookup.warnings.filter((warning) => !told.has(warning)).forEach(warn)
    lookup.warnings.forEach((warning) => told.add(warning))
    return lookup
  })
  const gate = memoise(() => createGate(concurrency))
  return {
    fetch: options.fetch ?? globalThis.fetch,
    userAgent: `strata/${version}`,
    pacing: {
      sleep: options.sleep ?? REAL_PACING.sleep,
      now: options.now ?? REAL_PACING.now,
      random: options.random ?? REAL_PACING.random,
    },
    patience: { ...PATIENCE, ...options.patience },
    insecure: new Set(insecure.map(canonicalHost)),
    credentials: (registry) => credentials(canonicalHost(registry)),
    gate: (registry) => gate(canonicalHost(registry)),
    authorizations: new Map(),
    manifests: new Map(),
  }
}
