import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { renderMatrices } from '../plan/matrix.ts'
import { renderPlanFile } from '../plan/plan-file.ts'
import { planArtifactName, type Plan } from '../plan/plan.ts'
import { renderExplanation } from '../report/explain.ts'
import { renderPlanSummary } from '../report/plan-summary.ts'
import { inputError } from '../problem.ts'
import type { CommandResult } from './command.ts'
import type { PlanInputs } from './inputs.ts'
import { keepPlan, planScope } from './planning/kept-plan.ts'
import { keepComment } from './planning/plan-changes.ts'
import { preparePlan } from './planning/prepare.ts'
import { tellFindings } from './tell-findings.ts'

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
  if (inputs.changes.scope === 'probes') {
    throw inputError('input scope is probes, which have no legs', { hint: 'give it to the build action, in one job' })
  }
  const prepared = await preparePlan(inputs, context, io)
  const { plan: made, whole, findings } = prepared
  const folder = await io.files.makeFolder('strata-plan')
  const [file, explanation] = [join(folder, 'plan.json'), join(folder, 'explain.txt')]
  await io.files.write(file, renderPlanFile(made))
  await io.files.write(explanation, renderExplanation(made).join('\n'))
  await handOn(made, file, io)
  if (made.prewarm !== true && made.canary !== true) await keepPlan(whole, planScope(inputs), context, io)
  const phases = [...made.waves, made.legs]
  const names = phases.flatMap((legs) => legs.map(({ leg }) => leg.name))
  io.actions.group(`${names.length} legs`, names)
  await io.actions.summary(renderPlanSummary(made, prepared))
  await keepComment(prepared, inputs.changes, io)
  const failure = tellFindings(findings, io)
  const hasWork = String(names.length > 0)
  const outputs = renderMatrices(made, inputs.schedule.shards)
  const paths = { 'plan-path': file, 'explain-path': explanation }
  return {
    outputs: { ...outputs, 'has-work': hasWork, count: String(names.length), ...paths },
    ...(failure === undefined ? {} : { failure }),
  }
}
