import type { Plan } from '../plan/plan.ts'
import type { PlanChanges } from '../plan/plan-changes.ts'
import { countChanged, namesOfItems, renderWhatIf } from './change-texts.ts'
import type { PlanCommentInput } from './plan-comment.ts'

/** What the comment on a pull request says of a plan and of what changed for it. */
export const planCommentInput = (
  { name, forecast }: Pick<Plan, 'name' | 'forecast'>,
  changes: PlanChanges,
): PlanCommentInput => {
  const { items, comparison, hints } = changes
  return {
    name,
    touched: countChanged(comparison),
    total: items.length,
    expectedMs: forecast.expectedMs,
    groups: comparison.groups.map(({ label, reasons, items: indices }) => ({
      label,
      reasons,
      manifests: namesOfItems(changes, indices),
    })),
    hints: hints.map((hint) => renderWhatIf(hint, items.length)),
  }
}
