import { STATUS_CODES } from 'node:http'
import type { CredentialLookup } from './credentials.ts'
import { printable, RegistryError } from './registry-error.ts'
import { parseRetryAfter } from './retry.ts'

/** Statuses after which the same request may succeed later. */
const TEMPORARY: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

/** Failures below HTTP that waiting does not mend: no such host, a certificate, TLS spoken to plain http. */
const PERMANENT_CAUSE =
  /^(ENOTFOUND|EPROTO|ERR_SSL_|ERR_TLS_|ERR_INVALID_URL|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/

/** An answer of a registry, or of its token server, that is an error. */
export type Refusal = {
  /** What was asked, without query: `GET https://ghcr.io/v2/acme/app/manifests/latest`. */
  readonly asked: string
  readonly registry: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** Whether it would have been a write. */
  readonly writes: boolean
  readonly now: number
}

type OciError = { readonly code: string; readonly message: string }

const textOf = (value: unknown): string => (typeof value === 'string' ? printable(value) : '')

/** Reads `{"errors":[{"code","message"}]}` (OCI distribution spec, "Error codes"); anything else is no errors. */
export const parseErrorCodes = (body: string): readonly OciError[] => {
  try {
    const { errors } = JSON.parse(body) as { readonly errors?: unknown }
    if (!Array.isArray(errors)) return []
    return errors.map((error: Partial<Record<keyof OciError, unknown>> | null) => ({
      code: textOf(error?.code),
      message: textOf(error?.message),
    }))
  } catch {
    return []
  }
}

const loginHint = (registry: string): string =>
  `log in with docker/login-action${registry === 'docker.io' ? '' : ` (registry: ${registry})`} in this job`

const rightsHint = (registry: string, writes: boolean): string =>
  registry === 'ghcr.io'
    ? `give the job \`packages: ${writes ? 'write' : 'read'}\` and the repository access in the package's settings`
    : `give the account ${writes ? 'write' : 'read'} access`

/** What to do about a status. Registries answer 401 or 403 for what does not exist, too. */
const hintFor = ({ registry, status, writes }: Refusal, { credential }: CredentialLookup): string | undefined => {
  const orName = 'or check the name, which registries do not tell from a missing right'
  switch (status) {
    case 401:
      return credential === undefined
        ? `there are no credentials for ${registry}: ${loginHint(registry)}, ${orName}`
        : `the credentials from ${credential.source} were refused: ${loginHint(registry)}, ${orName}`
    case 403:
      return credential === undefined
        ? `there are no credentials for ${registry}: ${loginHint(registry)}, ${orName}`
        : `the credentials from ${credential.source} may not do this: ${rightsHint(registry, writes)}, ${orName}`
    case 404:
      return 'check the name and the tag; perhaps it has not been pushed yet'
    case 429:
      return credential === undefined
        ? `${registry} limits the rate of anonymous requests: ${loginHint(registry)}, or try again later`
        : `${registry} limits the rate: try again later`
    default:
      return undefined
  }
}

/** The error for a refused request, with what the user can do about it. */
export const refusalError = (refusal: Refusal, lookup: CredentialLookup): RegistryError => {
  const { asked, registry, status, headers, body, now } = refusal
  const errors = parseErrorCodes(body)
  const reasons = errors.map(({ code, message }) => [code, message].filter((text) => text !== '').join(': '))
  const found = [`${status} ${STATUS_CODES[status] ?? ''}`.trim(), ...reasons].filter((text) => text !== '').join(', ')
  const retryAfter = parseRetryAfter(headers.get('retry-after'), now)
  const hint = hintFor(refusal, lookup)
  return new RegistryError(`${asked}: ${found}`, {
    registry,
    status,
    codes: errors.map(({ code }) => code).filter((code) => code !== ''),
    temporary: TEMPORARY.has(status),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(hint === undefined ? {} : { hint }),
  })
}

/** A thrown value and its causes, outermost first. Errors of `fetch` tell only in their cause what happened. */
const chainOf = (thrown: unknown, length = 5): readonly object[] => {
  if (typeof thrown !== 'object' || thrown === null || length === 0) return []
  return [thrown, ...('cause' in thrown ? chainOf(thrown.cause, length - 1) : [])]
}

const causeOf = (thrown: unknown): { readonly code: string; readonly message: string } => {
  const chain = chainOf(thrown)
  const codes = chain.map((error) => ('code' in error ? textOf(error.code) : ''))
  const messages = chain.map((error) => ('message' in error ? textOf(error.message) : ''))
  return {
    code: codes.find((code) => code !== '') ?? '',
    message: messages.findLast((message) => message !== '') ?? 'no answer',
  }
}

/** The error for a request that got no answer: no connection, a cut one, a timeout. */
export const networkError = (asked: string, registry: string, thrown: unknown): RegistryError => {
  const { code, message } = causeOf(thrown)
  const hint = code === 'ENOTFOUND' ? 'check the name of the registry' : undefined
  return new RegistryError(
    `${asked}: ${message}`,
    { registry, temporary: !PERMANENT_CAUSE.test(code), ...(hint === undefined ? {} : { hint }) },
    { cause: thrown },
  )
}
