import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { refNamesOf, type Holding } from '../../retention/holding.ts'
import type { PruneDecision } from '../../retention/prune-plan.ts'
import { createBudget } from './budget.ts'
import type { ReadPlace } from './read-place.ts'
import { runDeletions, type Outcome } from './run-deletions.ts'
import type { BuildWatch } from './watch-builds.ts'

/** What became of decisions to delete. */
export type Outcomes = ReadonlyMap<PruneDecision, Outcome>

/** What deletions need besides the decisions. */
export type DeletionPlaces = {
  /** In the order in which they are pruned. */
  readonly places: readonly ReadPlace[]
  /** Why nothing can be deleted, by the name of the place. */
  readonly closed: ReadonlyMap<string, string>
  readonly watch: BuildWatch
}

const namesOf = ({ listing }: ReadPlace, { tags, digest }: Holding): readonly string[] => [
  ...tags.flatMap((tag) => refNamesOf(listing, tag)),
  ...(digest === undefined ? [] : [digest]),
]

/** Deletes what is doomed, place after place, within one budget of time for all. */
export const deleteDoomed = async (
  decisions: readonly PruneDecision[],
  { places, closed, watch }: DeletionPlaces,
  { maxDuration, signal }: { readonly maxDuration: number } & Pick<Context, 'signal'>,
  io: Io,
): Promise<Outcomes> => {
  const budget = createBudget({ maxDuration, signal }, io.clock)
  const all = new Map<PruneDecision, Outcome>()
  for (const place of places) {
    const { store } = place
    const doomed = decisions.filter((each) => each.verdict === 'delete' && each.store === store.name)
    const reason = closed.get(store.name)
    const outcomes =
      reason === undefined
        ? await runDeletions(doomed, {
            ...{ store, budget, clock: io.clock, tell: io.actions.info },
            isNeeded: (object) => watch.isNeeded(namesOf(place, object)),
          })
        : doomed.map((): Outcome => ({ status: 'unsupported', reason }))
    for (const [index, outcome] of outcomes.entries()) {
      const decision = doomed[index]
      if (decision !== undefined) all.set(decision, outcome)
    }
  }
  return all
}
