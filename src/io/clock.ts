import { REAL_PACING } from './registry/retry.ts'

/** The time, and what is done again and again as it goes by. */
export type Clock = {
  readonly now: () => Date
  /** Does something every `interval` ms until the function that it returns is called. */
  readonly every: (interval: number, action: () => void) => () => void
  /** Waits, ms. */
  readonly sleep: (duration: number) => Promise<void>
}

/** The machine's own clock. */
export const createClock = (): Clock => ({
  now: () => new Date(),
  sleep: REAL_PACING.sleep,
  every: (interval, action) => {
    const timer = setInterval(action, interval)
    return () => {
      clearInterval(timer)
    }
  },
})
