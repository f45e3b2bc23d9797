import type { PlanChanges } from '../plan/plan-changes.ts'
import { countChanged } from './change-texts.ts'
import type { Section } from './document.ts'
import { renderCode, renderText } from './markdown.ts'
import { renderCount, renderNumber } from './quantity.ts'
import { renderReasons, tableSection } from './sections.ts'

const renderNote = ({ items, comparison, base }: PlanChanges): string =>
  `${renderNumber(countChanged(comparison))} of ${renderCount(items.length, 'work item')} changed since the plan ${renderText(base.text)}.`

/** What changed since an earlier plan, for a job summary; nothing where there is no such plan, or nothing changed. */
export const changeSection = (changes: PlanChanges | undefined): readonly Section[] => {
  if (changes === undefined || changes.base.kind === 'missing') return []
  const rows = changes.comparison.groups.map(({ label, items, reasons }) => [
    renderCode(label),
    renderNumber(items.length),
    renderReasons(reasons),
  ])
  const columns = [{ title: 'Changed' }, { title: 'Work items', align: 'right' }, { title: 'Why' }] as const
  return tableSection('What changed', { columns, rows, rank: 2, share: 0.5 }, renderNote(changes))
}
