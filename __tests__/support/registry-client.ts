import type { Credential } from '../../src/io/registry/credentials.ts'
import { createRegistry, type Registry } from '../../src/io/registry/registry.ts'
import type { SessionOptions } from '../../src/io/registry/session.ts'
import { parseReference, type Reference } from '../../src/oci/reference.ts'

/** A client whose clock stands still but for what it sleeps, and which has no luck. */
export type TestClient = Registry & {
  /** What was slept, ms. */
  readonly sleeps: readonly number[]
  readonly warnings: readonly string[]
  /** Lets time pass, ms. */
  readonly advance: (duration: number) => void
}

export const TEST_EPOCH = Date.UTC(2026, 10, 22, 12)

/** Options for a session whose time is its own. `credential` is the answer for every registry. */
export const testOptions = (
  overrides: Partial<SessionOptions> & { readonly credential?: Credential } = {},
): {
  readonly options: SessionOptions
  readonly sleeps: number[]
  readonly warnings: string[]
  advance: (duration: number) => void
} => {
  // prettier-ignore
  const { credential, ...rest } = overrides
  const sleeps: number[] = []
  const warnings: string[] = []
  let now = TEST_EPOCH
  const advance = (duration: number): void => {
    now += duration
  }
  const options: SessionOptions = {
    version: '1.2.3',
    keychain: () => Promise.resolve({ warnings: [], ...(credential === undefined ? {} : { credential }) }),
    warn: (warning) => warnings.push(warning),
    now: () => now,
    random: () => 0,
    sleep: (duration) => {
      sleeps.push(duration)
      advance(duration)
      return Promise.resolve()
    },
    ...rest,
  }
  return { options, sleeps, warnings, advance }
}

export const testClient = (overrides: Parameters<typeof testOptions>[0] = {}): TestClient => {
  const { options, sleeps, warnings, advance } = testOptions(overrides)
  return { ...createRegistry(options), sleeps, warnings, advance }
}

/** The reference, which has to be one. */
export const referenceOf = (text: string): Reference => {
  const reference = parseReference(text)
  if (reference === undefined) throw new Error(`${text} is no reference`)
  return reference
}
