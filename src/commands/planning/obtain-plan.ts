import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { LegStamp } from '../../plan/parse-plan.ts'
import { type Plan, planArtifactName } from '../../plan/plan.ts'
import type { BuildInputs } from '../inputs.ts'
import { keepComment } from './plan-changes.ts'
import { inputError } from '../../problem.ts'
import { renderLintSummary } from '../../report/lint-section.ts'
import { tellFindings } from '../tell-findings.ts'
import { warnOfModes } from './layer-facts.ts'
import { preparePlan, type PreparedPlan } from './prepare.ts'
import { readPlan } from './read-plan.ts'

/** A plan to build from, and where it was made here what later runs compare with. */
export type ObtainedPlan = { readonly plan: Plan; readonly whole?: Plan }

/** A plan, and in words where it came from. */
type Obtained = ObtainedPlan & { readonly source: string }

/** Path of the plan that the plan job of this run stored, or why there is none to build from. */
const fetchPlan = async (name: string, io: Io): Promise<{ readonly file: string } | { readonly without: string }> => {
  const download = await io.artifacts.download(name, await io.files.makeFolder('strata-plan'))
  switch (download.status) {
    case 'found':
      return { file: download.file }
    case 'missing':
      return { without: `this run has no artifact ${name}` }
    case 'unavailable':
      return { without: 'there are no artifacts here' }
    case 'failed':
      io.actions.warning({ message: `the plan could not be fetched from artifact ${name}: ${download.reason}` })
      return { without: `artifact ${name} could not be fetched` }
  }
}

/** Shows what the linter found. Throws an InputError when that is an error, before anything is built. */
const tellLint = async ({ findings }: PreparedPlan, io: Io): Promise<void> => {
  if (findings.length > 0) await io.actions.summary(renderLintSummary(findings))
  const failure = tellFindings(findings, io)
  if (failure !== undefined) throw inputError(failure)
}

/** Without a leg this job is the one that plans, and the one that tells. */
const planHere = async (
  inputs: BuildInputs,
  leg: LegStamp | undefined,
  context: Context,
  io: Io,
): Promise<ObtainedPlan> => {
  // The same layers are fresh as when the leg was planned.
  const prepared = await preparePlan(inputs, context, io, leg?.plannedAt)
  if (leg !== undefined) warnOfModes(io)
  else {
    await keepComment(prepared, inputs.changes, io)
    await tellLint(prepared, io)
  }
  return { plan: prepared.plan, whole: prepared.whole }
}

const obtain = async (inputs: BuildInputs, leg: LegStamp | undefined, context: Context, io: Io): Promise<Obtained> => {
  const { planPath } = inputs
  const digest = leg?.digest
  const here = () => planHere(inputs, leg, context, io)
  if (planPath !== undefined) return { plan: await readPlan(planPath, 'build', io), source: `from ${planPath}` }
  if (digest === undefined) return { ...(await here()), source: 'made here' }
  const name = planArtifactName(digest)
  const fetched = await fetchPlan(name, io)
  if ('file' in fetched) return { plan: await readPlan(fetched.file, 'build', io), source: `from artifact ${name}` }
  return { ...(await here()), source: `made here, as ${fetched.without}` }
}

/**
 * The plan to build from: the file that input `plan-path` names, else the artifact of the plan that made the leg, else
 * one made here. The log says which. Throws an InputError when a file is named or was stored that is not a plan.
 */
export const obtainPlan = async (
  inputs: BuildInputs,
  leg: LegStamp | undefined,
  context: Context,
  io: Io,
): Promise<ObtainedPlan> => {
  const { source, ...obtained } = await obtain(inputs, leg, context, io)
  io.actions.info(`Plan ${obtained.plan.digest}, ${source}`)
  return obtained
}
