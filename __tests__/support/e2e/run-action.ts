import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { readText, root } from '../../../script/documents.ts'
import type { Results } from '../../../src/report/results.ts'
import { testbed } from './testbed.ts'
import { parseOutputs, parseWorkflowCommands, type WorkflowCommands } from './workflow-commands.ts'
import type { Workspace } from './workspace.ts'

/** What started the run: the event's name, its ref, and a payload in `__tests__/fixtures/events`. */
export type Event = { readonly name: string; readonly ref: string; readonly payload: string }

/** May read the cache and write it. */
export const PUSH: Event = { name: 'push', ref: 'refs/heads/master', payload: 'push-branch.json' }

/** Reads the cache and writes none, so that one run does not change what the next one finds. */
export const PULL_REQUEST: Event = { name: 'pull_request', ref: 'refs/pull/2/merge', payload: 'pull-request.json' }

/** A nightly run of the default branch. */
export const SCHEDULE: Event = { name: 'schedule', ref: 'refs/heads/master', payload: 'schedule.json' }

/** A step that uses one of the actions. */
export type ActionStep = {
  readonly action?: 'build' | 'plan' | 'prune' | 'report' | 'publish'
  /** `with`; the builder is the bed's unless it is given, and the linter is off: scenarios are not about good style. */
  readonly inputs?: Readonly<Record<string, string>>
  /** `env`; a variable that is undefined is taken out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly event?: Event
  /** What an earlier step saved: given, this is its post step. */
  readonly state?: Readonly<Record<string, string>>
}

/** What a step did. */
export type ActionRun = WorkflowCommands & {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Standard and error output, as they came. */
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  /** What it saved for its post step. */
  readonly state: Readonly<Record<string, string>>
  /** Text of the job summary. */
  readonly summary: string
}

/** A run of `build` that came to its end, with what its results file says. */
export type BuildRun = ActionRun & { readonly results: Results }

/** A step that is running. At the end of the scope it is killed, if it still is. */
export type RunningAction = AsyncDisposable & {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly finished: Promise<ActionRun>
}

type ActionFile = {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly runs: { readonly main: string; readonly post?: string }
}

const ACTION_FILES = {
  build: 'action.yml',
  plan: 'plan/action.yml',
  prune: 'prune/action.yml',
  report: 'report/action.yml',
  publish: 'publish/action.yml',
} as const

/** `STRATA_DIST` names another folder with a bundle. */
const bundleOf = (path: string, { runs }: ActionFile, { state }: ActionStep): string => {
  const file = state === undefined ? runs.main : runs.post
  if (file === undefined) throw new Error(`${path} has no post step`)
  return process.env['STRATA_DIST'] === undefined
    ? join(root, dirname(path), file)
    : join(process.env['STRATA_DIST'], 'index.js')
}

/** The runner upper-cases names of inputs and leaves hyphens; `${{ … }}` is empty here, as nobody evaluates it. */
const inputVariables = ({ inputs }: ActionFile, given: Readonly<Record<string, string>>): Record<string, string> => {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name))
  if (unknown.length > 0) throw new Error(`the action has no input ${unknown.join(', ')}`)
  const entries = Object.entries(inputs).map(([name, { default: value = '' }]): [string, string] => [
    `INPUT_${name.toUpperCase()}`,
    given[name] ?? (value.startsWith('${{') ? '' : value),
  ])
  return Object.fromEntries(entries)
}

/** Variables of the caller that a step on a runner has, too, and those of the bed. */
const INHERITED = ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONFIG'] as const

const runnerVariables = (folder: string, workspace: Workspace, event: Event): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name]])),
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_WORKSPACE: workspace.path,
  RUNNER_TEMP: workspace.temporary,
  // Caches without a registry go to a folder of this user's; those of tests end with their workspace.
  XDG_CACHE_HOME: join(workspace.temporary, 'cache'),
  GITHUB_EVENT_NAME: event.name,
  GITHUB_REF: event.ref,
  GITHUB_EVENT_PATH: join(root, '__tests__/fixtures/events', event.payload),
  GITHUB_OUTPUT: join(folder, 'output'),
  GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  GITHUB_STATE: join(folder, 'state'),
  GITHUB_ENV: join(folder, 'env'),
})

let steps = 0

/** Starts `dist/index.js` as the runner starts it, in a folder that is not the workspace. */
export const startAction = async (workspace: Workspace, step: ActionStep = {}): Promise<RunningAction> => {
  const path = ACTION_FILES[step.action ?? 'build']
  const action = parse(readText(path)) as ActionFile
  const folder = join(dirname(workspace.temporary), `step-${++steps}`)
  await mkdir(folder)
  // The runner makes these files; the toolkit refuses to.
  for (const file of ['output', 'summary', 'state', 'env']) await writeFile(join(folder, file), '')
  const builder = Object.hasOwn(action.inputs, 'builder') ? { builder: testbed.builder } : {}
  const lint = Object.hasOwn(action.inputs, 'lint') ? { lint: 'off' } : {}
  const env = {
    ...runnerVariables(folder, workspace, step.event ?? PUSH),
    ...inputVariables(action, { ...builder, ...lint, ...step.inputs }),
    ...Object.fromEntries(Object.entries(step.state ?? {}).map(([name, text]) => [`STATE_${name}`, text])),
    ...step.env,
  }
  const child = spawn(process.execPath, [bundleOf(path, action, step)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  const keep = (chunk: string): void => {
    log += chunk
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  const ended = new Promise<Pick<ActionRun, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
  const finished = ended.then((end): ActionRun => {
    const outputs = parseOutputs(read('output'))
    const state = parseOutputs(read('state'))
    return { ...end, log, outputs, state, summary: read('summary'), ...parseWorkflowCommands(log) }
  })
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { kill: (signal) => child.kill(signal), finished, [Symbol.asyncDispose]: dispose }
}

/** Runs a step to its end. */
export const runAction = async (workspace: Workspace, step: ActionStep = {}): Promise<ActionRun> =>
  (await startAction(workspace, step)).finished

/** Runs the build action and reads its results file. Throws with the log when it got no further than that. */
export const runBuild = async (workspace: Workspace, step: Omit<ActionStep, 'action'> = {}): Promise<BuildRun> => {
  const run = await runAction(workspace, step)
  const file = run.outputs['results'] ?? ''
  if (!existsSync(file)) throw new Error(`the build action made no results:\n${run.log}`)
  return { ...run, results: JSON.parse(readFileSync(file, 'utf8')) as Results }
}
