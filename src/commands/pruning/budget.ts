import type { Clock } from '../../io/clock.ts'

/** How long a prune may go on. All places share it. */
export type Budget = {
  /** Why nothing more may be begun; undefined while there is time. */
  readonly isSpent: () => string | undefined
  /** Whether there is time to wait so long, ms. */
  readonly hasTime: (duration: number) => boolean
}

/** What a budget is made of: time from now on in ms, and what tells the run to stop. */
export type Limits = { readonly maxDuration?: number; readonly signal: AbortSignal }

/** A budget that begins now. */
export const createBudget = ({ maxDuration, signal }: Limits, clock: Pick<Clock, 'now'>): Budget => {
  const deadline = maxDuration === undefined ? Infinity : clock.now().getTime() + maxDuration
  const hasTime = (duration: number): boolean => clock.now().getTime() + duration < deadline
  return {
    hasTime,
    isSpent: () => {
      if (signal.aborted) return 'the run was told to stop'
      return hasTime(0) ? undefined : 'the time of max-duration is used up'
    },
  }
}
