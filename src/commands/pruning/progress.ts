import type { Clock } from '../../io/clock.ts'

/** How often progress is told, ms. */
const INTERVAL = 15_000

const MINUTE = 60_000

const durationText = (ms: number): string =>
  ms < MINUTE ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / MINUTE)} min`

/** Counts what is done, and now and then tells how far it is and how long the rest will take. */
export type Progress = { readonly done: () => void }

/** Progress over so many objects of a place. */
export const createProgress = (
  { name, total }: { readonly name: string; readonly total: number },
  clock: Pick<Clock, 'now'>,
  tell: (line: string) => void,
): Progress => {
  const started = clock.now().getTime()
  let [count, told] = [0, started]
  return {
    done: () => {
      count++
      const now = clock.now().getTime()
      if (now - told < INTERVAL || count === total) return
      told = now
      const left = ((now - started) / count) * (total - count)
      tell(`${name}: ${count} of ${total} (${Math.floor((count / total) * 100)} %), about ${durationText(left)} left`)
    },
  }
}
