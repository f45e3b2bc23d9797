import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { renderMatrix } from '../plan/matrix.ts'
import { planArtifactName, type Plan } from '../plan/plan.ts'
import { renderPlanSummary } from '../report/plan-summary.ts'
import type { CommandResult } from './command.ts'
import type { PlanInputs } from './inputs.ts'
import { preparePlan } from './prepare.ts'

/** Hands the plan on to the build jobs of this run. They get along without it, so this never fails the plan. */
const handOn = async ({ digest }: Plan, file: string, { artifacts, actions }: Io): Promise<void> => {
  const name = planArtifactName(digest)
  const upload = await artifacts.upload(name, file)
  switch (upload.status) {
    case 'stored':
      actions.info(`The plan is artifact ${name} of this run; build jobs fetch it by themselves`)
      return
    case 'unavailable':
      actions.info('There are no artifacts here; hand the plan on by output plan-path, or legs plan for themselves')
      return
    case 'failed':
      actions.warning({
        message: `the plan could not be stored as artifact ${name}, so legs plan for themselves: ${upload.reason}`,
      })
  }
}

/** Says what is built where: a matrix for the build jobs, and the plan file with everything they need. */
export const plan = async (inputs: PlanInputs, context: Context, io: Io): Promise<CommandResult> => {
  const made = await preparePlan(inputs, context, io)
  const legs = made.legs.map(({ leg }) => leg)
  const matrix = renderMatrix(legs)
  const file = join(await io.files.makeFolder('strata-plan'), 'plan.json')
  await io.files.write(file, `${JSON.stringify(made, null, 2)}\n`)
  await handOn(made, file, io)
  io.actions.group(
    `${legs.length} legs`,
    legs.map(({ name }) => name),
  )
  await io.actions.summary(renderPlanSummary(made))
  return { outputs: { matrix, 'has-work': String(legs.length > 0), count: String(legs.length), 'plan-path': file } }
}
