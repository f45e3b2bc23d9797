import type { Io } from '../../io/io.ts'
import type { PruneDecision } from '../../retention/prune-plan.ts'

const namesOf = ({ store, object: { id, tags, digest } }: PruneDecision): readonly string[] => [
  ...[...tags, id],
  ...tags.map((tag) => `${store}:${tag}`),
  ...(digest === undefined ? [] : [digest, `${store}@${digest}`]),
]

const answerOf = ({ store, verdict, rule, reason, group }: PruneDecision): string =>
  `${store}: ${verdict} (${rule}): ${reason}; it belongs to ${group}`

/** Says of each asked ref, tag or digest which rule keeps or dooms it and why. */
export const explainObjects = (
  decisions: readonly PruneDecision[],
  asked: readonly string[],
  { actions }: Pick<Io, 'actions'>,
): void => {
  for (const name of asked) {
    const answers = decisions.filter((decision) => namesOf(decision).includes(name)).map(answerOf)
    actions.group(`explain ${name}`, answers.length === 0 ? ['there is no such ref, tag or digest'] : answers)
  }
}
