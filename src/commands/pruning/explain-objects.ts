import type { Io } from '../../io/io.ts'
import { explainRef, renderDecision } from '../../retention/explain.ts'
import type { PrunePlan } from '../../retention/prune-plan.ts'

/** Says of each asked ref, tag or digest which rule keeps or dooms it and why. */
export const explainObjects = (
  plan: Pick<PrunePlan, 'decisions'>,
  asked: readonly string[],
  { actions }: Pick<Io, 'actions'>,
): void => {
  for (const name of asked) {
    const answers = explainRef(plan, name).map((decision) => `${renderDecision(decision)}; group: ${decision.group}`)
    actions.group(`explain ${name}`, answers.length === 0 ? ['there is no such ref, tag or digest'] : answers)
  }
}
