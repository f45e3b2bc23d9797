import type { GithubError } from '../github-retry.ts'
import type { Deletion } from './store.ts'

/** What to do when a token is refused. */
export type Remedies = {
  /** 401 */
  readonly token: string
  /** 403 */
  readonly permission: string
}

/** What GitHub never deletes, in its own words; it answers 400. */
const NEVER_DELETED = [/cannot delete the last (tagged )?version of a package/i, /more than 5,?000 downloads/i]

/** The reason for a failure, with what to do about it. */
export const explainGithubError = ({ failure }: GithubError, { token, permission }: Remedies): string => {
  const { reason } = failure
  if (failure.kind === 'temporary') return reason
  if (failure.status === 401) return `${reason}; ${token}`
  return failure.kind === 'denied' ? `${reason}; ${permission}` : reason
}

/** What a failed deletion means. A token that may not delete one thing may not delete the others. */
export const deletionOf = (error: GithubError, remedies: Remedies): Deletion => {
  const { failure } = error
  const reason = explainGithubError(error, remedies)
  if (failure.kind === 'temporary' && failure.wait > 0) return { status: 'exhausted', reason, wait: failure.wait }
  if (failure.kind === 'temporary') return { status: 'failed', reason }
  if (failure.status === 401 || failure.status === 403) return { status: 'unsupported', reason }
  const skipped = NEVER_DELETED.some((words) => words.test(reason))
  return { status: skipped ? 'skipped' : 'failed', reason }
}
