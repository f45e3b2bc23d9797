import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { type LegStamp, parsePlan } from '../plan/parse-plan.ts'
import { type Plan, planArtifactName } from '../plan/plan.ts'
import { inputError } from '../problem.ts'
import type { BuildInputs } from './inputs.ts'
import { preparePlan } from './prepare.ts'

/** A plan, and in words where it came from. */
type Obtained = { readonly plan: Plan; readonly source: string }

const readPlan = async (path: string, io: Io): Promise<Plan> => {
  const text = await io.files.read(path)
  if (text !== undefined) return parsePlan(text, path)
  const hint = 'without input plan-path, build fetches the plan of its run by itself'
  throw inputError(`there is no plan file ${path}`, { hint })
}

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

const obtain = async (inputs: BuildInputs, digest: string | undefined, context: Context, io: Io): Promise<Obtained> => {
  const { planPath } = inputs
  if (planPath !== undefined) return { plan: await readPlan(planPath, io), source: `from ${planPath}` }
  if (digest === undefined) return { plan: await preparePlan(inputs, context, io), source: 'made here' }
  const name = planArtifactName(digest)
  const fetched = await fetchPlan(name, io)
  if ('file' in fetched) return { plan: await readPlan(fetched.file, io), source: `from artifact ${name}` }
  return { plan: await preparePlan(inputs, context, io), source: `made here, as ${fetched.without}` }
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
): Promise<Plan> => {
  const { plan, source } = await obtain(inputs, leg?.digest, context, io)
  io.actions.info(`Plan ${plan.digest}, ${source}`)
  return plan
}
