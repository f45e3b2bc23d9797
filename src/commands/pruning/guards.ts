import { CONFIRM_SHARE, needsConfirm } from '../../retention/prune-amounts.ts'
import type { PrunePlan } from '../../retention/prune-plan.ts'

/** Why a run must not delete what was decided without `confirm`; undefined when it may. */
export const askToConfirm = (plan: Pick<PrunePlan, 'amounts'>): string | undefined => {
  if (!needsConfirm(plan)) return undefined
  const [share, most] = [plan.amounts.share, CONFIRM_SHARE].map((part) => Math.round(part * 100))
  return `it would delete ${share} % of all refs, and more than ${most} % have to be meant: look at the report, and if that is right run it again with confirm: true`
}
