import type { Pacing } from '../../src/io/registry/retry.ts'

/** A time that only passes while someone sleeps, from the given ms since the epoch, and chance that never helps. */
export const sleepingPacing = (start = 0): Pacing & { readonly slept: readonly number[] } => {
  const slept: number[] = []
  return {
    slept,
    sleep: (duration) => Promise.resolve(void slept.push(duration)),
    now: () => slept.reduce((sum, duration) => sum + duration, start),
    random: () => 0,
  }
}
