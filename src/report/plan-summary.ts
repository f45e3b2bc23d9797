import type { Plan } from '../plan/plan.ts'
import type { PlanChanges } from '../plan/plan-changes.ts'
import { renderHome } from './cache-lines.ts'
import { changeSection } from './change-section.ts'
import { renderDocument } from './document.ts'
import { forecastSection } from './forecast-section.ts'
import { renderCode, renderText } from './markdown.ts'
import { imageSection, legSections, repeatSection, unchangedSection, unpinnedSection } from './plan-sections.ts'
import { renderCount } from './quantity.ts'
import { excludedSection, fixedSection, renderAccess } from './sections.ts'
import { renderTreePicture } from './tree-picture.ts'

/** `8 work items in 2 legs after 1 wave`. */
const renderWork = ({ items, waves, legs }: Plan): string => {
  if (items.length === 0) return 'nothing to build'
  const shares = legs.length === 0 ? '' : ` in ${renderCount(legs.length, 'leg')}`
  return `${renderCount(items.length, 'work item')}${shares}${waves.length === 0 ? '' : ` after ${renderCount(waves.length, 'wave')}`}`
}

const renderHeadline = (plan: Plan): string => {
  const { name, cache, factory, digest, plannedAt } = plan
  const where = renderHome(cache.ref)
  return [
    `## 📋 ${renderText(name)}: ${renderWork(plan)}`,
    '',
    `${renderAccess(cache.access)}<br>`,
    `Cache strategy ${renderCode(cache.strategy)} · ${where}<br>`,
    ...Object.entries(cache.pools).map(
      ([pool, [own = '']]) => `Pool ${renderCode(pool)} · cache ${renderCode(own)}<br>`,
    ),
    `Factory file ${renderCode(factory)} · plan ${renderCode(digest)} · planned at ${renderText(plannedAt)}`,
  ].join('\n')
}

/**
 * The job summary of a plan as GitHub-flavoured Markdown below GitHub's limit of 1 MiB: what will run and what sharing
 * saves, the layer tree as a picture, who builds what, and from what.
 */
export const renderPlanSummary = (plan: Plan, changes?: PlanChanges): string =>
  renderDocument([
    ...fixedSection(renderHeadline(plan)),
    ...forecastSection(plan),
    ...changeSection(changes),
    ...fixedSection(renderTreePicture(plan)),
    ...legSections(plan),
    ...repeatSection(plan),
    ...unpinnedSection(plan),
    ...imageSection(plan.images),
    ...unchangedSection(plan),
    ...excludedSection(plan.excluded, 5),
  ])
