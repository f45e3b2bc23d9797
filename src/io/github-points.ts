import type { Pacing } from './registry/retry.ts'

const MINUTE = 60_000

/** GitHub gives 900 a minute; its minutes do not begin with ours, so some are left. */
const POINTS_A_MINUTE = 840

/** What a request costs (docs, "Rate limits for the REST API", secondary rate limits). */
const pointsOf = (method: string): number => (method === 'GET' || method === 'HEAD' ? 1 : 5)

/** Deletes that fit into a minute when each is preceded by so many reads. */
export const deletesPerMinute = (reads: number): number =>
  Math.floor(POINTS_A_MINUTE / (pointsOf('DELETE') + reads * pointsOf('GET')))

/** Waits until a request may be sent, so that no minute costs more points than GitHub gives. */
export const createPoints = ({ now, sleep }: Pacing): ((method: string) => Promise<void>) => {
  let spent: readonly { readonly at: number; readonly points: number }[] = []
  return async (method) => {
    const points = pointsOf(method)
    for (;;) {
      spent = spent.filter(({ at }) => at > now() - MINUTE)
      const [oldest] = spent
      const sum = spent.reduce((total, one) => total + one.points, 0)
      if (oldest === undefined || sum + points <= POINTS_A_MINUTE) break
      await sleep(oldest.at + MINUTE - now())
    }
    spent = [...spent, { at: now(), points }]
  }
}
