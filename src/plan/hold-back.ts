import { chainOf } from '../layers/tree.ts'
import type { Failure } from '../records/failures.ts'
import type { PlannedPrefix } from './prefixes.ts'

/** Runs to let go by after so many failures in a row: the first two are tried again at once, then it doubles. */
const MOST_RUNS = 64

/** After `times` failures in a row, how many runs are left out: 0, 0, 1, 2, 4, 8 and so on, 64 at the most. */
export const runsToSkip = (times: number): number => (times < 3 ? 0 : Math.min(MOST_RUNS, 2 ** (times - 3)))

/** A work item that is left out of a scheduled run, since a prefix of it keeps failing. */
export type HeldItem = {
  /** By index. */
  readonly item: number
  readonly failure: Failure
  /** `GITHUB_RUN_NUMBER` of the run that tries again. */
  readonly nextRun: number
}

/** Which run it is, of which workflow: runs are counted for each workflow by itself. */
export type CountedRun = { readonly number?: number; readonly workflow?: string }

/** What work items are held back by. */
type Held = {
  readonly tops: readonly (number | null)[]
  readonly prefixes: readonly Pick<PlannedPrefix, 'parent' | 'key'>[]
}

/** The run that tries again what failed; undefined where runs cannot be compared, or the time has come. */
const nextRunOf = (failure: Failure, run: CountedRun): number | undefined => {
  if (run.number === undefined || failure.workflow !== run.workflow) return undefined
  const next = failure.runNumber + 1 + runsToSkip(failure.times)
  return run.number < next ? next : undefined
}

/** Work items of a scheduled run that have a prefix which keeps failing, and whose turn it is not. */
export const heldItems = (
  { tops, prefixes }: Held,
  failures: ReadonlyMap<string, Failure>,
  run: CountedRun,
): readonly HeldItem[] => {
  if (failures.size === 0) return []
  return tops.flatMap((top, item): readonly HeldItem[] => {
    for (const index of chainOf(prefixes, top)) {
      const failure = failures.get(prefixes[index]?.key ?? '')
      const nextRun = failure === undefined ? undefined : nextRunOf(failure, run)
      if (failure !== undefined && nextRun !== undefined) return [{ item, failure, nextRun }]
    }
    return []
  })
}
