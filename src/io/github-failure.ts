import { printable } from './registry/registry-error.ts'
import { parseRetryAfter } from './registry/retry.ts'

/**
 * What a failed request to GitHub's API means. `temporary`: the same request may succeed after `wait` ms. `denied`: the
 * token may not do it, or GitHub does not tell it that there is such a thing. `refused`: it is wrong as it is.
 */
export type GithubFailure =
  | { readonly kind: 'temporary'; readonly reason: string; readonly wait: number }
  | { readonly kind: 'denied'; readonly reason: string; readonly status: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly status?: number }

/** An answer without its JSON, such as one that was cut off: Octokit takes it for an empty text, and a list for empty. */
export class IncompleteAnswer extends Error {
  /** As a proxy would say it. */
  readonly status = 502

  constructor() {
    super('the answer is incomplete')
    this.name = 'IncompleteAnswer'
  }
}

/** How long a rate limit is sat out when GitHub names no time, ms (docs, "Rate limits for the REST API"). */
const UNNAMED_WAIT = 60_000

/** An error of Octokit, as far as it is needed: its class comes with a chunk that may not have been loaded. */
type RequestFailure = { readonly status: number; readonly headers: ReadonlyMap<string, string> }

/** A property of what may be no object, let alone an instance of a class we know. */
const propertyOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

/** What happened in the end: errors of `fetch` tell only in their cause. */
const messageOf = (thrown: unknown): string => {
  const cause = propertyOf(thrown, 'cause')
  const inner = cause === undefined ? '' : messageOf(cause)
  const message = propertyOf(thrown, 'message') ?? thrown
  return inner === '' ? printable(String(message)) : inner
}

const parseRequestFailure = (thrown: unknown): RequestFailure | undefined => {
  const status = propertyOf(thrown, 'status')
  if (typeof status !== 'number') return undefined
  const headers = propertyOf(propertyOf(thrown, 'response'), 'headers') ?? {}
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  return { status, headers: new Map(entries) }
}

/** How long a rate limit asks to wait, ms; undefined when it is none. GitHub answers 403 or 429 for its rate limits. */
const rateLimitWait = ({ status, headers }: RequestFailure, message: string, now: number): number | undefined => {
  if (status !== 403 && status !== 429) return undefined
  const asked = parseRetryAfter(headers.get('retry-after') ?? null, now)
  if (asked !== undefined) return asked
  const reset = Number(headers.get('x-ratelimit-reset'))
  if (headers.get('x-ratelimit-remaining') === '0' && reset > 0) return Math.max(0, reset * 1000 - now)
  return status === 429 || /rate limit/i.test(message) ? UNNAMED_WAIT : undefined
}

/** Reads what a request to GitHub's API threw. `now` in ms since the epoch. */
export const explainGithubFailure = (thrown: unknown, now: number): GithubFailure => {
  const message = messageOf(thrown)
  const failure = parseRequestFailure(thrown)
  if (failure === undefined) return { kind: 'refused', reason: message }
  const { status } = failure
  const limited = rateLimitWait(failure, message, now)
  // Octokit gives 500 to a request without an answer.
  if (limited !== undefined || status >= 500) return { kind: 'temporary', reason: message, wait: limited ?? 0 }
  const denied = status === 403 || status === 404 || status === 410
  return { kind: denied ? 'denied' : 'refused', reason: `${status}: ${message}`, status }
}
