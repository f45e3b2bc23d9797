import type { RecordRun } from './record.ts'

/** The variables of the runner that say which run it is (GitHub docs, "Variables"). All absent outside GitHub. */
export type RunVariables = {
  readonly GITHUB_RUN_ID?: string | undefined
  readonly GITHUB_RUN_NUMBER?: string | undefined
  readonly GITHUB_RUN_ATTEMPT?: string | undefined
  readonly GITHUB_SERVER_URL?: string | undefined
  readonly GITHUB_REPOSITORY?: string | undefined
  readonly GITHUB_WORKFLOW?: string | undefined
  readonly GITHUB_EVENT_NAME?: string | undefined
  readonly GITHUB_SHA?: string | undefined
}

/** Which run it is; what is known before a leg and its times are. */
export type RunIdentity = Omit<RecordRun, 'leg' | 'legName' | 'pool' | 'startedAt' | 'finishedAt' | 'branch'>

const member = <K extends string>(name: K, value: string | undefined): { readonly [P in K]?: string } =>
  value === undefined || value === '' ? {} : ({ [name]: value } as { readonly [P in K]?: string })

const count = <K extends string>(name: K, value = ''): { readonly [P in K]?: number } => {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? ({ [name]: number } as { readonly [P in K]?: number }) : {}
}

/** The run that these variables speak of. */
export const parseRun = (env: RunVariables): RunIdentity => {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env
  const url = [server, repository, id].includes(undefined) ? undefined : `${server}/${repository}/actions/runs/${id}`
  return {
    ...member('id', id),
    ...count('number', env.GITHUB_RUN_NUMBER),
    ...count('attempt', env.GITHUB_RUN_ATTEMPT),
    ...member('url', url),
    ...member('workflow', env.GITHUB_WORKFLOW),
    ...member('event', env.GITHUB_EVENT_NAME),
    ...member('commit', env.GITHUB_SHA),
  }
}
