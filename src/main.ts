import { build } from './commands/build.ts'
import { cleanUp } from './commands/clean-up.ts'
import type { CommandResult } from './commands/command.ts'
import { readBuildInputs, readPlanInputs } from './commands/inputs.ts'
import { plan } from './commands/plan.ts'
import { readPruneInputs } from './commands/prune-inputs.ts'
import { prune } from './commands/prune.ts'
import { readReportInputs } from './commands/report-inputs.ts'
import { report } from './commands/report.ts'
import { publish } from './commands/publish.ts'
import { readPublishInputs } from './commands/publish-inputs.ts'
import { createActions, type Actions } from './io/actions.ts'
import { readContext } from './io/context.ts'
import { createIo } from './io/create-io.ts'
import { InputError, inputError, renderProblem } from './problem.ts'

/** State that the main step saves for the post step, which runs the same bundle with the same inputs. */
const PHASE = 'phase'

/** Reads the command's inputs and runs it. Each action.yml names its command in an internal input. */
const dispatch = async (actions: Actions, signal: AbortSignal): Promise<CommandResult> => {
  const context = await readContext(process.env, signal)
  const command = actions.input('command')
  switch (command) {
    case 'build': {
      if (actions.state(PHASE) === 'post') {
        await cleanUp(createIo(actions, context, {}))
        return { outputs: {} }
      }
      actions.saveState(PHASE, 'post')
      const inputs = readBuildInputs(actions.input, process.env)
      return build(inputs, context, createIo(actions, context, { ...inputs, fetchesCache: inputs.cache }))
    }
    case 'plan': {
      const inputs = readPlanInputs(actions.input, process.env)
      return plan(inputs, context, createIo(actions, context, inputs))
    }
    case 'prune': {
      const inputs = readPruneInputs(actions.input, process.env)
      return prune(inputs, context, createIo(actions, context, inputs.plan))
    }
    case 'report':
      return report(readReportInputs(actions.input), context, createIo(actions, context, {}))
    case 'publish':
      return publish(readPublishInputs(actions.input), context, createIo(actions, context, {}))
    default:
      throw inputError(`input command is ${JSON.stringify(command)}`, {
        expected: 'build, plan, prune, publish or report',
      })
  }
}

/** Problems of input are annotations on the lines they speak of; anything else is one message. */
const tell = (error: unknown, actions: Actions): void => {
  if (error instanceof InputError) {
    for (const problem of error.problems) {
      const { place } = problem
      // The annotation has the place; the text repeats it for those who read the log.
      actions.error({ message: renderProblem(problem), ...(place === undefined ? {} : { place }) })
    }
    return
  }
  actions.error({ message: error instanceof Error ? error.message : String(error) })
  if (error instanceof Error && error.stack !== undefined) actions.debug(error.stack)
}

const main = async (): Promise<void> => {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      abort.abort(signal)
    })
  }
  const actions = createActions(process.env)
  try {
    const { outputs, failure } = await dispatch(actions, abort.signal)
    for (const [name, value] of Object.entries(outputs)) actions.output(name, value)
    if (failure === undefined) return
    actions.error({ message: failure })
    process.exitCode = 1
  } catch (error) {
    tell(error, actions)
    process.exitCode = 1
  }
}

await main()
