import { workItemName } from '../factory/work-item.ts'
import type { PlanComparison } from '../plan/changes.ts'
import type { PlanChanges } from '../plan/plan-changes.ts'
import type { WhatIf } from '../plan/what-if.ts'
import { renderCount, renderNumber } from './quantity.ts'

/** How many work items changed. */
export const countChanged = ({ items }: PlanComparison): number => items.filter(({ changed }) => changed).length

/** What a change would have touched elsewhere, as a sentence. */
export const renderWhatIf = ({ label, instead, before, after }: WhatIf, total: number): string =>
  `What changed in ${label} touches ${renderNumber(before)} of ${renderCount(total, 'work item')}; ` +
  `the same change in ${instead.join(' or ')}, if nothing else needs it, would touch ${renderNumber(after)}`

/** Work items as they are told apart: by manifest, and by platform where the plan has several. */
export const namesOfItems = ({ items }: Pick<PlanChanges, 'items'>, indices: readonly number[]): readonly string[] => {
  const several = new Set(items.map(({ platform }) => platform)).size > 1
  return indices.flatMap((index) => {
    const item = items[index]
    if (item === undefined) return []
    return [several ? workItemName(item) : item.manifestId]
  })
}

/** Groups that a log names before it counts the rest. */
const MAX_GROUPS = 20
/** Reasons, and work items that are gone, that a log names before it counts the rest. */
const MAX_NAMED = 10

const renderList = (texts: readonly string[], separator: string): string => {
  const more = texts.length - MAX_NAMED
  return [...texts.slice(0, MAX_NAMED), ...(more > 0 ? [`${renderNumber(more)} more`] : [])].join(separator)
}

/** What changed, as lines of a log: how much, then each group with its reasons. */
export const renderChangeLines = ({ items, comparison, base, hints }: PlanChanges): readonly string[] => {
  if (base.kind === 'missing') return [`Everything is planned, as ${base.text}`]
  const { groups, gone } = comparison
  const work = renderCount(items.length, 'work item')
  const more = groups.length - MAX_GROUPS
  return [
    `${renderNumber(countChanged(comparison))} of ${work} changed since the plan ${base.text}`,
    ...groups
      .slice(0, MAX_GROUPS)
      .map(
        (group) =>
          `${group.label}, ${renderCount(group.items.length, 'work item')}: ${renderList(group.reasons, '; ')}`,
      ),
    ...(more > 0 ? [`and ${renderCount(more, 'more cause')}`] : []),
    ...(gone.length === 0 ? [] : [`No longer there: ${renderList(gone, ', ')}`]),
    ...hints.map((hint) => renderWhatIf(hint, items.length)),
  ]
}
