import { readFileSync } from 'node:fs'
import { readText } from '../../../script/documents.ts'
import { build } from '../../../src/commands/build.ts'
import type { CommandResult } from '../../../src/commands/command.ts'
import { readBuildInputs, readPlanInputs } from '../../../src/commands/inputs.ts'
import { plan } from '../../../src/commands/plan.ts'
import type { Actions } from '../../../src/io/actions.ts'
import { createClock } from '../../../src/io/clock.ts'
import type { Context } from '../../../src/io/context.ts'
import { createIo } from '../../../src/io/create-io.ts'
import { parsePlan } from '../../../src/plan/parse-plan.ts'
import { parseRunEvent } from '../../../src/plan/event.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { parse } from 'yaml'
import type { Event } from './run-action.ts'
import { testbed } from './testbed.ts'
import type { Texts, Workspace } from './workspace.ts'

/** A run of a workflow at another time than now. */
export type Moment = { readonly at: Date; readonly event: Event; readonly number: number }

/** What a command told, and what came of it. */
export type RunAt = CommandResult & { readonly warnings: readonly string[]; readonly infos: readonly string[] }

/** Inputs as the runner reads them, defaults included. */
const inputReader = (path: string, given: Texts): ((name: string) => string) => {
  const { inputs } = parse(readText(path)) as {
    readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  }
  return (name) => {
    const byDefault = inputs[name]?.default ?? ''
    return given[name] ?? (byDefault.startsWith('${{') ? '' : byDefault)
  }
}

const silentActions = (warnings: string[], infos: string[]): Actions => ({
  input: () => '',
  info: (line) => void infos.push(line),
  debug: () => undefined,
  warning: ({ message }) => void warnings.push(message),
  error: () => undefined,
  group: () => undefined,
  mask: () => undefined,
  output: () => undefined,
  saveState: () => undefined,
  state: () => '',
  summary: () => Promise.resolve(),
})

const contextOf = (space: Workspace, { event, number }: Moment): Context => {
  const payload: unknown = JSON.parse(readText(`__tests__/fixtures/events/${event.payload}`))
  return {
    ...{ workspace: space.path, temporary: space.temporary, useBuildx: true, env: process.env },
    event: parseRunEvent({ GITHUB_EVENT_NAME: event.name, GITHUB_REF: event.ref }, payload),
    run: { id: String(1000 + number), number, attempt: 1, workflow: 'nightly', event: event.name },
    signal: new AbortController().signal,
  }
}

/** Runs a command as if it were that time: against the real builder and registry, with a clock of its own. */
const runAt = async (command: 'plan' | 'build', space: Workspace, moment: Moment, given: Texts): Promise<RunAt> => {
  const [warnings, infos]: [string[], string[]] = [[], []]
  const context = contextOf(space, moment)
  const started = Date.now()
  const clock = { ...createClock(), now: () => new Date(moment.at.getTime() + Date.now() - started) }
  const io = { ...createIo(silentActions(warnings, infos), context, {}), clock }
  const common = { lint: 'off', ...given }
  const run = (): Promise<CommandResult> =>
    command === 'plan'
      ? plan(readPlanInputs(inputReader('plan/action.yml', common), context.env), context, io)
      : build(
          readBuildInputs(inputReader('action.yml', { builder: testbed.builder, ...common }), context.env),
          context,
          io,
        )
  return { ...(await run()), warnings, infos }
}

/** Builds as of that time. */
export const buildAt = (space: Workspace, moment: Moment, inputs: Texts = {}): Promise<RunAt> =>
  runAt('build', space, moment, inputs)

/** Plans as of that time. */
export const planAt = async (
  space: Workspace,
  moment: Moment,
  inputs: Texts = {},
): Promise<RunAt & { readonly plan: Plan }> => {
  const run = await runAt('plan', space, moment, inputs)
  const file = run.outputs['plan-path'] ?? ''
  return { ...run, plan: parsePlan(readFileSync(file, 'utf8'), file) }
}
