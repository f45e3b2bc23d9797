import type { Io } from '../../io/io.ts'
import { type DecidedObject, type DecidedPlace, type Decision, refsOfObject } from './decision.ts'

const namesOf = ({ place }: DecidedPlace, { found: { object } }: DecidedObject): readonly string[] => [
  ...[...object.tags, object.id, object.digest ?? ''],
  ...refsOfObject(place.store.name, object),
  ...(object.digest === undefined ? [] : [`${place.store.name}@${object.digest}`]),
]

/** Says of each asked ref, tag or digest which rule keeps or dooms it and why. */
export const explainObjects = (
  { places }: Pick<Decision, 'places'>,
  asked: readonly string[],
  io: Pick<Io, 'actions'>,
): void => {
  for (const name of asked) {
    const answers = places.flatMap((decided) =>
      decided.objects
        .filter((object) => namesOf(decided, object).includes(name))
        .map(
          ({ verdict, rule, reason, group }) =>
            `${decided.place.store.name}: ${verdict} (${rule}): ${reason}; group ${group}`,
        ),
    )
    io.actions.group(`explain ${name}`, answers.length === 0 ? ['there is no such ref, tag or digest'] : answers)
  }
}
