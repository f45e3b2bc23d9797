import type { WorkItem } from '../factory/work-item.ts'
import type { PlannedLeg } from '../plan/leg.ts'
import type { PinnedImage } from '../plan/images.ts'
import type { Plan } from '../plan/plan.ts'
import type { PlanChanges } from '../plan/plan-changes.ts'
import { changeSection } from './change-section.ts'
import { renderDocument, type Section } from './document.ts'
import { renderCode, renderCodeList, renderText } from './markdown.ts'
import { renderCount } from './quantity.ts'
import { excludedSection, renderAccess, tableSection } from './sections.ts'

/** Work items that a leg names before it counts the rest. */
const MAX_NAMED = 5

const renderHeadline = ({ name, items, legs, cache, factory, digest, plannedAt }: Plan): string => {
  const where = cache.ref === undefined ? 'no cache repository' : `cache ${renderCode(cache.ref)}`
  const work = items.length === 0 ? 'nothing to build' : renderCount(items.length, 'work item')
  return [
    `## 📋 ${renderText(name)}: ${work}${legs.length === 0 ? '' : ` in ${renderCount(legs.length, 'leg')}`}`,
    '',
    `${renderAccess(cache.access)}<br>`,
    `Cache strategy ${renderCode(cache.strategy)} · ${where}<br>`,
    `Factory file ${renderCode(factory)} · plan ${renderCode(digest)} · planned at ${renderText(plannedAt)}`,
  ].join('\n')
}

const legSection = (legs: readonly PlannedLeg[], items: readonly WorkItem[]): readonly Section[] =>
  tableSection('Legs', {
    columns: [{ title: 'Leg' }, { title: 'Platform' }, { title: 'Runs on' }, { title: 'Work items' }],
    rows: legs.map(({ leg, items: indices }) => [
      renderText(leg.name),
      renderCode(leg.platform),
      [leg['runs-on']].flat().map(renderCode).join(', '),
      renderCodeList(
        indices.map((index) => items[index]?.manifestId ?? '?'),
        MAX_NAMED,
      ),
    ]),
    rank: 1,
    share: 1,
  })

const imageSection = (images: readonly PinnedImage[]): readonly Section[] =>
  tableSection('Images', {
    columns: [{ title: 'Image' }, { title: 'Pinned to' }, { title: 'Platforms' }],
    rows: images.map(({ reference, digest, platforms }) => [
      renderCode(reference),
      digest === undefined ? '⚠️ not pinned: its registry did not answer' : renderCode(digest),
      platforms.map(renderCode).join(', '),
    ]),
    rank: 0,
    share: 0.25,
  })

/** The job summary of a plan as GitHub-flavoured Markdown below GitHub's limit of 1 MiB: who builds what, and from what. */
export const renderPlanSummary = (plan: Plan, changes?: PlanChanges): string =>
  renderDocument([
    { head: renderHeadline(plan), rows: [], tail: '', rank: 0, share: 0 },
    ...changeSection(changes),
    ...legSection(plan.legs, plan.items),
    ...imageSection(plan.images),
    ...excludedSection(plan.excluded, 2),
  ])
