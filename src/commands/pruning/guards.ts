import type { PrunePlan } from '../../retention/prune-plan.ts'

/** The share of the refs that a run deletes without being told that this is meant. */
const MOST = 0.3

/** Why a run must not delete what was decided without `confirm`; undefined when it may. */
export const askToConfirm = ({ amounts }: Pick<PrunePlan, 'amounts'>): string | undefined => {
  if (amounts.share <= MOST) return undefined
  const share = Math.round(amounts.share * 100)
  return `it would delete ${share} % of all refs, more than 30 %: look at the report, and if that is right run it again with confirm: true`
}
