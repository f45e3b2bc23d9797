import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { renderMatrix } from '../plan/matrix.ts'
import { renderPlanSummary } from '../report/plan-summary.ts'
import type { CommandResult } from './command.ts'
import type { PlanInputs } from './inputs.ts'
import { preparePlan } from './prepare.ts'

/** Says what is built where: a matrix for the build jobs, and the plan file with everything they need. */
export const plan = async (inputs: PlanInputs, context: Context, io: Io): Promise<CommandResult> => {
  const made = await preparePlan(inputs, context, io)
  const legs = made.legs.map(({ leg }) => leg)
  const matrix = renderMatrix(legs)
  const file = join(await io.files.makeFolder('strata-plan'), 'plan.json')
  await io.files.write(file, `${JSON.stringify(made, null, 2)}\n`)
  io.actions.group(
    `${legs.length} legs`,
    legs.map(({ name }) => name),
  )
  await io.actions.summary(renderPlanSummary(made))
  return { outputs: { matrix, 'has-work': String(legs.length > 0), count: String(legs.length), 'plan-path': file } }
}
