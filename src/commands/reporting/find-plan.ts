import type { Io } from '../../io/io.ts'
import { type Plan, planArtifactName } from '../../plan/plan.ts'
import { InputError } from '../../problem.ts'
import { readPlan } from '../planning/read-plan.ts'
import { fetchArtifact } from './fetch-artifact.ts'

/** Name of the artifact of the run's plan: of the one that made its matrix, else of the one that was stored last. */
const artifactName = async (digests: readonly string[], io: Io): Promise<string | undefined> => {
  const [digest] = digests
  if (digest !== undefined) return planArtifactName(digest)
  const list = await io.artifacts.list(planArtifactName(''))
  if (list.status === 'failed') io.actions.info(`The plan of this run could not be looked for: ${list.reason}`)
  return list.status === 'listed' ? list.names[0] : undefined
}

const fetchPlan = async (name: string, io: Io): Promise<Plan | undefined> => {
  const fetched = await fetchArtifact(name, io)
  if (!('file' in fetched)) {
    io.actions.info(`Without a plan, the report cannot tell what is missing (artifact ${name}: ${fetched.without})`)
    return undefined
  }
  try {
    return await readPlan(fetched.file, 'report', io)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    io.actions.warning({ message: `without its plan, the report cannot tell what is missing: ${error.message}` })
    return undefined
  }
}

/**
 * The plan that says which legs and work items there should be: the file that input `plan-path` names, else that of this
 * run, if there is one. `digests` are those that the run's matrices name. Throws an InputError when a file is named that
 * is no plan.
 */
export const findPlan = async (
  path: string | undefined,
  digests: readonly string[],
  io: Io,
): Promise<Plan | undefined> => {
  if (path !== undefined) return readPlan(path, 'report', io)
  const name = await artifactName(digests, io)
  return name === undefined ? undefined : fetchPlan(name, io)
}
