import type { Io } from '../../io/io.ts'
import { parsePlan } from '../../plan/parse-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import { inputError } from '../../problem.ts'

/** Reads a plan file for an action. Throws an InputError when there is none, or when it is no plan. */
export const readPlan = async (path: string, action: 'build' | 'report' | 'publish', io: Io): Promise<Plan> => {
  const text = await io.files.read(path)
  if (text !== undefined) return parsePlan(text, path)
  const hint = `without input plan-path, ${action} fetches the plan of its run by itself`
  throw inputError(`there is no plan file ${path}`, { hint })
}
