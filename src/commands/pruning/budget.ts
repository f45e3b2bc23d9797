import type { Clock } from '../../io/clock.ts'

/** How much a prune may do. All places share it. */
export type Budget = {
  /** Takes one deletion out of it; undefined, or why there is none left. */
  readonly take: () => string | undefined
  /** Whether there is time to wait so long, ms. */
  readonly hasTime: (duration: number) => boolean
}

/** What a budget is made of: deletions, time from now on in ms, and what tells the run to stop. */
export type Limits = {
  readonly maxDeletes?: number
  readonly maxDuration?: number
  readonly signal: AbortSignal
}

/** A budget that begins now. */
export const createBudget = ({ maxDeletes, maxDuration, signal }: Limits, clock: Pick<Clock, 'now'>): Budget => {
  const deadline = maxDuration === undefined ? Infinity : clock.now().getTime() + maxDuration
  let taken = 0
  const hasTime = (duration: number): boolean => clock.now().getTime() + duration < deadline
  return {
    hasTime,
    take: () => {
      if (signal.aborted) return 'the run was told to stop'
      if (!hasTime(0)) return 'the time of max-duration is used up'
      if (maxDeletes !== undefined && taken >= maxDeletes) return `max-deletes is ${maxDeletes}`
      taken++
      return undefined
    },
  }
}
