import type { ReportPrefix } from '../../run-report.ts'

/** What steps came to: counts, and time in ms. Steps that never started count as nothing. */
export type Tally = {
  readonly cached: number
  readonly ran: number
  readonly failed: number
  /** Time that steps ran, and that loading others from cache took. */
  readonly ms: number
}

/** What nothing comes to. */
export const NO_STEPS: Tally = { cached: 0, ran: 0, failed: 0, ms: 0 }

/** Both together. */
export const addTallies = (a: Tally, b: Tally): Tally => ({
  cached: a.cached + b.cached,
  ran: a.ran + b.ran,
  failed: a.failed + b.failed,
  ms: a.ms + b.ms,
})

/** What the steps of a prefix came to. */
export const tallyOf = ({ steps }: Pick<ReportPrefix, 'steps'>): Tally => {
  const count = (outcome: string): number => steps.filter((step) => step.outcome === outcome).length
  const ms = steps.reduce((sum, { execMs, loadMs }) => sum + execMs + loadMs, 0)
  return { cached: count('hit'), ran: count('run'), failed: count('failed'), ms }
}

/** Steps that did something. */
export const stepsOf = ({ cached, ran, failed }: Tally): number => cached + ran + failed

/** Share that came from cache, 0 to 1; 1 for no steps. */
export const ratioOf = (tally: Tally): number => (stepsOf(tally) === 0 ? 1 : tally.cached / stepsOf(tally))

/** What people look for: `failed` before `ran` before `cached`; `none` where no step did anything. */
export type TallyOutcome = 'failed' | 'ran' | 'cached' | 'none'

/** The gravest that is in a tally. */
export const outcomeOfTally = ({ failed, ran, cached }: Tally): TallyOutcome => {
  if (failed > 0) return 'failed'
  if (ran > 0) return 'ran'
  return cached > 0 ? 'cached' : 'none'
}
