import { renderCount } from './quantity.ts'

/** A part of a summary: fixed text around rows, of which the last can be cut. */
export type Section = {
  readonly head: string
  /** Most important first. */
  readonly rows: readonly string[]
  readonly tail: string
  /** The section with the lowest number takes its space first. */
  readonly rank: number
  /** Part of the space then left that it may take, 0 to 1. */
  readonly share: number
}

/**
 * GitHub takes 1 MiB a step and drops a larger summary as a whole (docs, "Adding a job summary"; runner,
 * `AttachmentSizeLimit`). The rest is for what other tools of the step may add.
 */
export const SUMMARY_LIMIT_BYTES = 1_000 * 1_024

const bytesOf = (text: string): number => Buffer.byteLength(text) + 1

/** Space kept in every section for the sentence that says what was cut. */
const NOTE_BYTES = 100

const renderCutNote = (cut: number): string =>
  `\n_… ${renderCount(cut, 'more entry', 'more entries')} left out to stay below GitHub’s limit._\n`

/** How many rows from the top fit into the bytes, and what they take. */
const fitRows = (rows: readonly string[], bytes: number): { readonly count: number; readonly used: number } => {
  let used = 0
  for (const [index, row] of rows.entries()) {
    const next = used + bytesOf(row)
    if (next > bytes) return { count: index, used }
    used = next
  }
  return { count: rows.length, used }
}

const renderSection = ({ head, rows, tail }: Section, count: number): string => {
  const note = count < rows.length ? [renderCutNote(rows.length - count)] : []
  return [head, ...rows.slice(0, count), ...note, ...(tail === '' ? [] : [tail])].join('\n')
}

/** The sections as one text of at most `limit` bytes: rows of the least important sections go first, from their end. */
export const renderDocument = (sections: readonly Section[], limit = SUMMARY_LIMIT_BYTES): string => {
  const fixed = sections.reduce((sum, { head, tail }) => sum + bytesOf(head) + bytesOf(tail) + 2 + NOTE_BYTES, 0)
  const counts = new Map<Section, number>()
  let left = Math.max(0, limit - fixed)
  for (const section of sections.toSorted((a, b) => a.rank - b.rank)) {
    const { count, used } = fitRows(section.rows, left * section.share)
    counts.set(section, count)
    left -= used
  }
  return `${sections.map((section) => renderSection(section, counts.get(section) ?? 0)).join('\n\n')}\n`
}
