import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RunEvent } from '../plan/access.ts'
import { parseRunEvent } from '../plan/event.ts'
import { parseRun, type RunIdentity } from '../records/run.ts'

/** Where and why the run happens; read once from the environment. */
export type Context = {
  /** Absolute path of the checkout. */
  readonly workspace: string
  /** Absolute path of a folder that lives as long as the job. */
  readonly temporary: string
  readonly event: RunEvent
  readonly run: RunIdentity
  /** `USE_BUILDX` is not `0`. */
  readonly useBuildx: boolean
  /** The environment, for the Docker CLI's own variables and for secrets that inputs name. */
  readonly env: NodeJS.ProcessEnv
  /** Aborted when the run is told to stop; its reason is the signal's name. */
  readonly signal: AbortSignal
}

/** The event's payload, as far as it can be read: a run without one is read-only or local, never broken. */
const readPayload = async (path: string | undefined): Promise<unknown> => {
  if (path === undefined || path === '') return undefined
  try {
    // The toolkit reads the payload when it is loaded. A chunk of its own, so that what it brings is loaded only here.
    const { context } = await import('@actions/github')
    return context.payload
  } catch {
    return undefined
  }
}

/** Reads the runner's variables; outside GitHub the current folder is the workspace. */
export const readContext = async (env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Context> => ({
  workspace: resolve(env['GITHUB_WORKSPACE'] ?? '.'),
  temporary: resolve(env['RUNNER_TEMP'] ?? join(tmpdir(), 'strata')),
  event: parseRunEvent(env, await readPayload(env['GITHUB_EVENT_PATH'])),
  run: parseRun(env),
  useBuildx: env['USE_BUILDX'] !== '0',
  env,
  signal,
})
