/** What is known of a failed request. */
export type RegistryFailure = {
  /** Host of the registry as the user wrote it. */
  readonly registry: string
  /** HTTP status; undefined when there was no answer, or when the answer was not what it should be. */
  readonly status?: number
  /** Error codes of the OCI distribution spec: `MANIFEST_UNKNOWN`, `DENIED`, `TOOMANYREQUESTS`. */
  readonly codes?: readonly string[]
  /** Whether the same request may succeed later. */
  readonly temporary?: boolean
  /** How long the registry asks to wait, ms. */
  readonly retryAfter?: number
  /** What the user can do. */
  readonly hint?: string
}

/** A registry that did not do what it was asked. The message says what was asked, what came back and what to do. */
export class RegistryError extends Error {
  readonly registry: string
  readonly status: number | undefined
  readonly codes: readonly string[]
  readonly temporary: boolean
  readonly retryAfter: number | undefined

  constructor(message: string, failure: RegistryFailure, options?: ErrorOptions) {
    super(failure.hint === undefined ? message : `${message}; ${failure.hint}`, options)
    this.name = 'RegistryError'
    this.registry = failure.registry
    this.status = failure.status
    this.codes = failure.codes ?? []
    this.temporary = failure.temporary ?? false
    this.retryAfter = failure.retryAfter
  }
}

/** Texts of a registry go into logs: one line, no control characters, not endless. */
export const printable = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 300)
