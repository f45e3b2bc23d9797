/** What started the run, as far as cache access and comments depend on it. */
export type RunEvent = {
  /** `GITHUB_EVENT_NAME`; absent outside GitHub. */
  readonly name?: string
  /** `GITHUB_REF`: `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge`. */
  readonly ref: string
  /** `GITHUB_REF_PROTECTED` */
  readonly refProtected: boolean
  /** `repository.default_branch` of the event payload. */
  readonly defaultBranch?: string
  /** `repository.full_name` of the event payload, or `GITHUB_REPOSITORY`. */
  readonly repository?: string
  /** `pull_request.head.repo.full_name` of the event payload; null when the fork was deleted. */
  readonly headRepository?: string | null
  /** `pull_request.number` of the event payload. */
  readonly pullRequest?: number
  /** `pull_request.base.ref` of the event payload: the branch that it goes to. */
  readonly baseBranch?: string
  /** `sender.login` or `GITHUB_ACTOR`. */
  readonly actor?: string
}

/** What a run may do with the cache, and why. */
export type CacheAccess = {
  readonly read: boolean
  readonly write: boolean
  /** There when the run reads both caches and writes the untrusted one alone; absent for the trusted cache alone. */
  readonly domain?: 'untrusted'
  /** Why, as the end of the sentence "The cache is read and written: …". */
  readonly reason: string
}

/**
 * Events that run the code of the ref they name and that only people with write access can start. Every other event
 * reads only, also those we do not know (DESIGN "Reads are free, writes are earned"; the same list as GitHub's own for
 * the Actions cache, docs "Restrictions for accessing a cache").
 */
const WRITING_EVENTS: ReadonlySet<string> = new Set(['push', 'schedule', 'workflow_dispatch', 'repository_dispatch'])

/** Whether runs of an event can write the trusted cache, if they are on a trusted branch. */
export const isWritingEvent = (name: string): boolean => WRITING_EVENTS.has(name)

const isPullRequest = (name: string): boolean => name.startsWith('pull_request')

const pullRequestReason = ({ headRepository, repository, actor }: RunEvent): string => {
  if (actor === 'dependabot[bot]') return 'a Dependabot pull request only reads'
  return headRepository === repository ? 'a pull request only reads' : 'a pull request from a fork only reads'
}

/** What a run may do with the trusted cache, decided from its event alone. */
const decideTrusted = (event: RunEvent): CacheAccess => {
  const readOnly = (reason: string): CacheAccess => ({ read: true, write: false, reason })
  if (event.name === undefined) return { read: true, write: true, reason: 'a local run without an event' }
  if (isPullRequest(event.name)) return readOnly(pullRequestReason(event))
  if (!isWritingEvent(event.name)) return readOnly(`${event.name} runs only read`)
  if (!event.ref.startsWith('refs/heads/')) return readOnly(`the ref ${JSON.stringify(event.ref)} is not a branch`)
  const branch = event.ref.slice('refs/heads/'.length)
  // A schedule always runs on the default branch, and its payload may not name it.
  if (branch === event.defaultBranch || event.name === 'schedule') {
    return { read: true, write: true, reason: `${event.name} on the default branch ${branch}` }
  }
  if (event.refProtected) return { read: true, write: true, reason: `${event.name} on the protected branch ${branch}` }
  return readOnly(`${branch} is neither the default nor a protected branch`)
}

/**
 * Why a run may write the untrusted cache; undefined when it may not. A pull request of the same repository, or a branch
 * that is surely not trusted: where the payload does not name the default branch, every branch might be it.
 */
const untrustedReason = (event: RunEvent): string | undefined => {
  const { name = '', ref, repository, headRepository, actor, defaultBranch } = event
  if (actor === 'dependabot[bot]') return undefined
  if (name === 'pull_request') {
    const isOwn = repository !== undefined && headRepository === repository
    return isOwn ? 'a pull request of the same repository writes the untrusted cache alone' : undefined
  }
  const isBranch = isWritingEvent(name) && ref.startsWith('refs/heads/')
  if (!isBranch || defaultBranch === undefined) return undefined
  const branch = ref.slice('refs/heads/'.length)
  return `${branch} is neither the default nor a protected branch and writes the untrusted cache alone`
}

/**
 * What a run may do with caches, decided from its event alone: `untrusted` says whether there is a cache for branches and
 * pull requests. Who writes the trusted cache, and everybody who is not surely a branch or a pull request of the same
 * repository, never reads the untrusted one.
 */
export const decideCacheAccess = (event: RunEvent, { untrusted } = { untrusted: false }): CacheAccess => {
  const trusted = decideTrusted(event)
  const reason = untrusted && !trusted.write ? untrustedReason(event) : undefined
  return reason === undefined ? trusted : { read: true, write: true, domain: 'untrusted', reason }
}

/**
 * The weaker of two decisions, which is the one that holds: plan and leg decide each by their own event. A leg that
 * would write the trusted cache reads nothing that an untrusted plan would, and writes nothing that it made.
 */
export const weakerAccess = (plan: CacheAccess, leg: CacheAccess): CacheAccess => {
  if (plan.domain === leg.domain) return plan.write ? leg : plan
  if (leg.domain === 'untrusted') return plan.read ? leg : plan
  return { read: plan.read && leg.read, write: false, reason: 'the plan was made by a run that is not trusted' }
}

/** What the run may do with the cache, before a colon and the reason. */
export const accessWords = ({ read, write, domain }: CacheAccess): string => {
  if (domain === 'untrusted') {
    return `The trusted cache is read, and the untrusted one is ${write ? 'read and written' : 'read, not written'}`
  }
  const what = read
    ? write
      ? 'read and written'
      : 'read, not written'
    : write
      ? 'written, not read'
      : 'neither read nor written'
  return `The cache is ${what}`
}

/** A run that is told to write nothing, whatever it has earned. */
export const readOnlyAccess = (access: CacheAccess, reason: string): CacheAccess =>
  access.write ? { ...access, write: false, reason } : access

/** A run that reads of the trusted cache only what is pinned, whatever it has earned. */
export const pinnedAccess = ({ read }: CacheAccess): CacheAccess => ({
  ...{ read, write: false },
  reason: 'input cache is pinned, so only refs whose digest a record of a trusted run names are read',
})

/** The access of a run that uses no cache, whatever its event has earned. */
export const noCacheAccess = (reason: string): CacheAccess => ({ read: false, write: false, reason })
