import type { RunReport, TrendPoint } from '../run-report.ts'
import { timesOf } from './legs.ts'
import { countSteps, foldPrefixes, hitRatioOf } from './met-prefix.ts'
import { newestAttempts, type RecordedRun } from './newest.ts'
import { compareTexts } from './order.ts'

/** A run that is kept for the trend of those that follow, by its id. */
export type PastRun = { readonly run: string; readonly point: TrendPoint }

/** A run as a point of a trend. */
export const pointOf = (
  of: Pick<RunReport, 'startedAt' | 'finishedAt' | 'url' | 'hitRatio' | 'stepsRun' | 'counts'>,
): TrendPoint => ({
  startedAt: of.startedAt,
  ...(of.url === undefined ? {} : { url: of.url }),
  hitRatio: of.hitRatio,
  stepsRun: of.stepsRun,
  stepsUnique: of.counts.total,
  durationMs: Math.max(0, Date.parse(of.finishedAt) - Date.parse(of.startedAt)),
})

/** A run of which there are records, as a point of a later one's trend. */
export const pastRun = ({ records, id }: RecordedRun): PastRun => {
  const newest = newestAttempts(records)
  const counts = countSteps(foldPrefixes(newest).values())
  const url = newest[0]?.run.url
  const times = timesOf(newest) ?? { startedAt: '', finishedAt: '' }
  const stepsRun = counts.total - counts.cached
  return {
    run: id,
    point: pointOf({ ...times, ...(url === undefined ? {} : { url }), hitRatio: hitRatioOf(counts), stepsRun, counts }),
  }
}

/** Earlier runs and this one, oldest first, this one last; `keep` of them at most. */
export const foldTrend = (earlier: readonly PastRun[], current: PastRun, keep: number): readonly PastRun[] => {
  const known = new Map(earlier.filter(({ run }) => run !== current.run).map((past) => [past.run, past]))
  const sorted = [...known.values()].toSorted(
    (a, b) => compareTexts(a.point.startedAt, b.point.startedAt) || compareTexts(a.run, b.run),
  )
  return [...(keep > 1 ? sorted.slice(1 - keep) : []), current]
}
