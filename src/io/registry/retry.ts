import { RegistryError } from './registry-error.ts'

/** How patient a session is. Times in ms. */
export type Patience = {
  /** How often one request is tried altogether. */
  readonly attempts: number
  /** How long one attempt may take, its body included. */
  readonly requestTimeout: number
  /** How long all attempts may take together; the last one may overrun it by its own timeout. */
  readonly deadline: number
  /** The longest `Retry-After` that is waited for. */
  readonly longestWait: number
}

/** A registry's bad minute is sat out; what takes longer is for the user to know. */
export const PATIENCE: Patience = { attempts: 5, requestTimeout: 30_000, deadline: 120_000, longestWait: 60_000 }

/** Time and chance, given from outside. */
export type Pacing = {
  /** ms */
  readonly sleep: (duration: number) => Promise<void>
  /** ms since the epoch */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
}

/** The machine's own time and chance. */
export const REAL_PACING: Pacing = {
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
  now: Date.now,
  random: Math.random,
}

const FIRST_BACKOFF = 500
const LONGEST_BACKOFF = 8_000

/** How long a `Retry-After` asks to wait, ms: seconds or an HTTP date (RFC 9110, 10.2.3). */
export const parseRetryAfter = (value: string | null, now: number): number | undefined => {
  if (value === null) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  // Date.parse alone reads years into numbers that are no seconds, such as -1.
  const date = /^[A-Z][a-z]+,? .* GMT$/.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** The wait after the n-th failed attempt, ms: doubles each time, at least half of it, the rest by chance. */
export const backoff = (attempt: number, random: number): number => {
  const full = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (attempt - 1))
  return Math.round(full / 2 + (full / 2) * random)
}

/**
 * Tries until it succeeds, as long as failures are temporary, attempts are left and the deadline is not reached.
 * Waits as long as the registry asks, within limits. Throws the last failure.
 */
export const withRetries = async <T>(pacing: Pacing, patience: Patience, attempt: () => Promise<T>): Promise<T> => {
  const deadline = pacing.now() + patience.deadline
  for (let count = 1; ; count++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof RegistryError) || !error.temporary || count >= patience.attempts) throw error
      const asked = Math.min(error.retryAfter ?? 0, patience.longestWait)
      const wait = Math.max(asked, backoff(count, pacing.random()))
      if (pacing.now() + wait > deadline) throw error
      await pacing.sleep(wait)
    }
  }
}
