import { renderDocument } from '../document.ts'
import { renderCode } from '../markdown.ts'
import { heldSection } from '../held-texts.ts'
import type { RunReport } from '../run-report.ts'
import { fixedSection } from '../sections.ts'
import { renderTreePicture } from '../tree-picture.ts'
import { heatSection, missSection, paySection, poolSection } from './cache-sections.ts'
import { renderHeadline } from './headline.ts'
import { itemSections } from './item-section.ts'
import { slowestSection } from './step-section.ts'
import { renderTimeline } from './timeline.ts'
import { treeOf } from './tree.ts'
import { trendSection } from './trend-section.ts'
import { troubleSections } from './trouble.ts'

/** The page of a run where people find it: the workflow artifact that holds it, with the address of its page if it is known. */
export type StoredPage = { readonly artifact: string; readonly link?: string }

const renderPageLink = (page: StoredPage | undefined): string => {
  if (page === undefined) return ''
  const name = renderCode(page.artifact)
  return `Layer tree, reasons and timeline to open and filter: ${page.link === undefined ? `artifact ${name}` : `[${name}](${page.link})`}`
}

/**
 * The job summary of a whole run as GitHub-flavoured Markdown below GitHub's limit of 1 MiB: what failed or is missing,
 * what came from cache and why the rest did not, then what it cost, when, and every work item. The end is cut first.
 */
export const renderRunSummary = (report: RunReport, page?: StoredPage): string =>
  renderDocument([
    ...fixedSection([renderHeadline(report), renderPageLink(page)].filter((text) => text !== '').join('\n\n')),
    ...troubleSections(report),
    ...heldSection(report.held),
    ...heatSection(report),
    ...missSection(report),
    ...trendSection(report),
    ...slowestSection(report),
    ...poolSection(report),
    ...paySection(report),
    ...fixedSection(renderTreePicture(treeOf(report), 'from cache')),
    ...fixedSection(renderTimeline(report)),
    ...itemSections(report),
  ])
