import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { PruneInputs } from '../prune-inputs.ts'
import { createBudget } from './budget.ts'
import { doomedOf, refsOfObject, type DecidedPlace } from './decision.ts'
import { runDeletions, type Outcome } from './run-deletions.ts'
import type { RecordWatch } from './watch-records.ts'

/** What became of doomed objects: by the name of their place, then by id. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, Outcome>>

/** Deletes what is doomed, place after place, within one budget for all. `closed`: why nothing can be, by place. */
export const deleteDoomed = async (
  places: readonly DecidedPlace[],
  closed: ReadonlyMap<string, string>,
  watch: RecordWatch,
  { maxDeletes, maxDuration }: Pick<PruneInputs, 'maxDeletes' | 'maxDuration'>,
  { signal }: Pick<Context, 'signal'>,
  io: Io,
): Promise<Outcomes> => {
  const limits = { maxDuration, signal, ...(maxDeletes === undefined ? {} : { maxDeletes }) }
  const budget = createBudget(limits, io.clock)
  const all = new Map<string, ReadonlyMap<string, Outcome>>()
  for (const decided of places) {
    const { store } = decided.place
    const doomed = doomedOf(decided)
    const tasks = doomed.map(({ found, parents }) => ({ object: found.object, parents }))
    const reason = closed.get(store.name)
    const outcomes =
      reason === undefined
        ? await runDeletions(tasks, {
            ...{ store, budget, clock: io.clock, tell: io.actions.info },
            isNeeded: (object) => watch.isNeeded(refsOfObject(store.name, object)),
          })
        : tasks.map((): Outcome => ({ status: 'unsupported', reason }))
    all.set(
      store.name,
      new Map(
        doomed.flatMap(({ found }, index) => {
          const outcome = outcomes[index]
          return outcome === undefined ? [] : [[found.object.id, outcome] as const]
        }),
      ),
    )
  }
  return all
}
