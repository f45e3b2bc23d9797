import type { RunEvent } from './access.ts'

/** The variables of the runner that say what started the run (GitHub docs, "Variables"). All absent outside GitHub. */
export type RunEnvironment = {
  readonly GITHUB_EVENT_NAME?: string | undefined
  readonly GITHUB_REF?: string | undefined
  /** `true` or `false` */
  readonly GITHUB_REF_PROTECTED?: string | undefined
  readonly GITHUB_REPOSITORY?: string | undefined
  readonly GITHUB_ACTOR?: string | undefined
}

/** The value at a path of keys; undefined as soon as something on the way is no object. */
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined
    return Object.getOwnPropertyDescriptor(inner, key)?.value
  }, value)

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined

/** A fork that was deleted leaves `head.repo: null` behind. */
const headRepositoryOf = (payload: unknown): string | null | undefined =>
  at(payload, 'pull_request', 'head', 'repo') === null
    ? null
    : textOf(at(payload, 'pull_request', 'head', 'repo', 'full_name'))

/**
 * What started the run, from the runner's variables and the event's payload (GitHub docs, "Webhook events and
 * payloads"). Never throws: what a payload does not say is absent, and whatever is absent earns no access.
 */
export const parseRunEvent = (environment: RunEnvironment, payload: unknown): RunEvent => {
  const name = textOf(environment.GITHUB_EVENT_NAME)
  const defaultBranch = textOf(at(payload, 'repository', 'default_branch'))
  const repository = textOf(at(payload, 'repository', 'full_name')) ?? textOf(environment.GITHUB_REPOSITORY)
  const headRepository = headRepositoryOf(payload)
  const baseBranch = textOf(at(payload, 'pull_request', 'base', 'ref'))
  const pullRequest = numberOf(at(payload, 'pull_request', 'number'))
  const actor = textOf(at(payload, 'sender', 'login')) ?? textOf(environment.GITHUB_ACTOR)
  return {
    ref: environment.GITHUB_REF ?? '',
    refProtected: environment.GITHUB_REF_PROTECTED === 'true',
    ...(name === undefined ? {} : { name }),
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    ...(repository === undefined ? {} : { repository }),
    ...(headRepository === undefined ? {} : { headRepository }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(baseBranch === undefined ? {} : { baseBranch }),
    ...(actor === undefined ? {} : { actor }),
  }
}
