import type { Finding } from '../lint/finding.ts'
import type { Plan } from '../plan/plan.ts'
import type { Rollover } from '../plan/rollovers.ts'
import { mustRun } from '../plan/prefixes.ts'
import type { PlanChanges } from '../plan/plan-changes.ts'
import { baseSection, type MovedBase } from './base-texts.ts'
import { renderHome } from './cache-lines.ts'
import { changeSection } from './change-section.ts'
import { renderDocument } from './document.ts'
import { forecastSection } from './forecast-section.ts'
import { heldSection } from './held-texts.ts'
import { lintSection } from './lint-section.ts'
import { renderCode, renderText } from './markdown.ts'
import { imageSection, legSections, repeatSection, unchangedSection, unpinnedSection } from './plan-sections.ts'
import { renderCount } from './quantity.ts'
import { excludedSection, fixedSection, renderAccess } from './sections.ts'
import { rolloverSection } from './rollover-section.ts'
import { renderTreePicture } from './tree-picture.ts'

/** What a plan is to build: `8 work items`, or with scope `stable` cold prefixes. */
const renderSubject = ({ prewarm, prefixes, items }: Plan): string =>
  prewarm === true
    ? renderCount(prefixes.filter(mustRun).length, 'cold stable prefix', 'cold stable prefixes')
    : renderCount(items.length, 'work item')

/** `8 work items in 2 legs after 1 wave`. */
const renderWork = (plan: Plan): string => {
  const { items, waves, legs, prewarm } = plan
  if (prewarm === true && legs.length === 0) return 'nothing to prewarm'
  if (items.length === 0) return 'nothing to build'
  const shares = legs.length === 0 ? '' : ` in ${renderCount(legs.length, 'leg')}`
  return `${renderSubject(plan)}${shares}${waves.length === 0 ? '' : ` after ${renderCount(waves.length, 'wave')}`}`
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

/** What was found out while planning. */
export type PlanFindings = {
  readonly changes?: PlanChanges
  readonly bases?: readonly MovedBase[]
  readonly rollovers?: readonly Rollover[]
  /** Of the linter, gravest first. */
  readonly findings?: readonly Finding[]
}

/**
 * The job summary of a plan as GitHub-flavoured Markdown below GitHub's limit of 1 MiB: what will run and what sharing
 * saves, the layer tree as a picture, who builds what, and from what; and what the linter found.
 */
export const renderPlanSummary = (
  plan: Plan,
  { changes, bases = [], rollovers = [], findings = [] }: PlanFindings = {},
): string =>
  renderDocument([
    ...fixedSection(renderHeadline(plan)),
    ...forecastSection(plan),
    ...changeSection(changes),
    ...baseSection(bases),
    ...heldSection(plan.held),
    ...lintSection(findings),
    ...fixedSection(renderTreePicture(plan)),
    ...legSections(plan),
    ...repeatSection(plan),
    ...rolloverSection(rollovers),
    ...unpinnedSection(plan),
    ...imageSection(plan.images),
    ...unchangedSection(plan),
    ...excludedSection(plan.excluded, 5),
  ])
