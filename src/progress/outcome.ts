import type { Interval } from './fold.ts'

/**
 * What became of a step: `hit` came from a cache, `run` was executed, `skipped` was declared and never started, or never
 * declared at all. A step that was still running when the stream ended is `canceled`.
 */
export type Outcome = 'hit' | 'run' | 'failed' | 'canceled' | 'skipped'

/** Whether an error only says that something else failed first. */
export const isCanceled = (error: string): boolean => /context canceled|code = Canceled/i.test(error)

/** The error a vertex ended with. An earlier one does not count: a result that could not be loaded is made anew. */
export const lastError = (intervals: readonly Interval[]): string | undefined => intervals.at(-1)?.error

const isHit = ({ cached, completed, error }: Interval): boolean =>
  cached && completed !== undefined && error === undefined

/**
 * What became of a vertex. It is a hit when *any* interval was taken from the cache whole: a remote hit whose layers are
 * pulled afterwards ends with intervals that are not cached (moby/buildkit `solver/jobs.go`, and `ImportStatus` in
 * `solver/llbsolver/history`, which counts the same way).
 */
export const outcomeOf = (intervals: readonly Interval[]): Outcome => {
  const last = intervals.at(-1)
  if (last === undefined) return 'skipped'
  if (last.error !== undefined && !isCanceled(last.error)) return 'failed'
  if (intervals.some(isHit)) return 'hit'
  return last.error !== undefined || last.completed === undefined ? 'canceled' : 'run'
}

const GRAVEST: readonly Outcome[] = ['failed', 'canceled', 'run', 'skipped', 'hit']

/**
 * What became of a step that several vertices stand for (`COPY --link` is a copy and a merge): it is a hit when all of
 * them are (moby/buildkit `progressui/display.go`), else the gravest outcome. No vertex at all is `skipped`.
 */
export const gravestOutcome = (outcomes: readonly Outcome[]): Outcome =>
  GRAVEST.find((outcome) => outcomes.includes(outcome)) ?? 'skipped'

/** How long a vertex was worked on, in ms; stretches that overlap count once, one without an end not at all. */
export const durationOf = (intervals: readonly Interval[]): number => {
  const spans = intervals
    .map(({ started, completed }) => ({ from: Date.parse(started), to: Date.parse(completed ?? '') }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from)
  let total = 0
  let reached = -Infinity
  for (const { from, to } of spans) {
    total += Math.max(0, to - Math.max(from, reached))
    reached = Math.max(reached, to)
  }
  return total
}
