import type { ExcludedCombination } from '../factory/work-item.ts'
import { accessWords, type CacheAccess } from '../plan/access.ts'
import type { Section } from './document.ts'
import { renderCode, renderTableHead, renderTableRow, renderText, type Column } from './markdown.ts'
import { renderCount } from './quantity.ts'

/** A table as a section. */
export type Table = {
  readonly columns: readonly Column[]
  /** Cells are Markdown already. */
  readonly rows: readonly (readonly string[])[]
  readonly rank: number
  readonly share: number
}

/** A table under a heading; no section at all without rows. Heading and note are Markdown already. */
export const tableSection = (heading: string, { columns, rows, rank, share }: Table, note = ''): readonly Section[] => {
  if (rows.length === 0) return []
  const head = `### ${heading}\n\n${renderTableHead(columns)}`
  return [{ head, rows: rows.map(renderTableRow), tail: note === '' ? '' : `\n${note}`, rank, share }]
}

/** A table that is folded away behind its summary; no section at all without rows. */
export const foldedSection = (summary: string, { columns, rows, rank, share }: Table): readonly Section[] => {
  if (rows.length === 0) return []
  // The empty lines make GitHub read what stands inside as Markdown again (GFM, "HTML blocks").
  const head = `<details>\n<summary>${summary}</summary>\n\n${renderTableHead(columns)}`
  return [{ head, rows: rows.map(renderTableRow), tail: '\n</details>', rank, share }]
}

/** A section that is one text and is never cut. Without a text there is none. */
export const fixedSection = (head: string): readonly Section[] =>
  head === '' ? [] : [{ head, rows: [], tail: '', rank: 0, share: 0 }]

/** Reasons that a cell gives before it counts the rest. */
const MAX_REASONS = 10

/** Reasons as the lines of a cell. */
export const renderReasons = (reasons: readonly string[]): string => {
  const more = reasons.length - MAX_REASONS
  const shown = reasons.slice(0, MAX_REASONS).map(renderText)
  return [...shown, ...(more > 0 ? [`and ${renderCount(more, 'more reason')}`] : [])].join('<br>')
}

/** What the run may do with the cache, and why: the sentence that `reason` was written for. */
export const renderAccess = (access: CacheAccess): string => `${accessWords(access)}: ${renderText(access.reason)}.`

/** Combinations that were left out, with the rules that left them out. */
export const excludedSection = (excluded: readonly ExcludedCombination[], rank: number): readonly Section[] =>
  foldedSection(renderCount(excluded.length, 'excluded combination'), {
    columns: [{ title: 'Combination' }, { title: 'Platform' }, { title: 'Reason' }, { title: 'Rule' }],
    rows: excluded.map(({ manifestId, platform, reason, place }) => [
      renderCode(manifestId),
      platform === undefined ? 'all' : renderCode(platform),
      renderText(reason),
      renderCode(`${place.file}:${place.line}`),
    ]),
    rank,
    share: 1,
  })
