import { INVISIBLE, showInvisible } from './invisible.ts'
import { renderCount } from './quantity.ts'

/**
 * How text that others wrote gets into GitHub-flavoured Markdown. Everything that could mean something is written as a
 * character reference: they work in paragraphs, table cells, headings and inside HTML alike, where backslashes do not,
 * and never stand for structure (CommonMark 0.31, "Entity and numeric character references").
 */

/** Longest text that a cell or a sentence takes, in UTF-16 units; the rest is cut. */
const MAX_TEXT = 500
/** Longest line of a fence, in UTF-16 units. */
const MAX_LINE = 1_000

/** Splits words that GitHub would make a link or a mention of; readers do not see it. */
const ZERO_WIDTH_SPACE = '\u200b'

const reference = (character: string): string => `&#${character.codePointAt(0) ?? 0};`

const clip = (value: string, length: number): string =>
  value.length <= length ? value : `${value.slice(0, length - 1).replace(/\p{Cs}$/u, '')}…`

/** One line of well-formed text in which nothing is invisible. */
const plain = (value: string): string =>
  clip(value.toWellFormed().replaceAll(/\s+/g, ' ').trim(), MAX_TEXT).replaceAll(INVISIBLE, showInvisible)

const escape = (value: string): string =>
  value
    .replaceAll(/[&<>\\`*~[\]|$]|(?<![a-z0-9])_|_(?![a-z0-9])/gi, reference)
    .replaceAll(/:(?=\/\/|:)/g, reference(':'))
    .replaceAll(/(?<=www)\./gi, reference('.'))
    .replaceAll('@', `${reference('@')}${reference(ZERO_WIDTH_SPACE)}`)

/**
 * Splits what GitHub takes for an issue or a pull request: `#12`, `acme/factory#12`, `GH-12`. In a comment that would
 * leave a trace on the page of the other one (docs, "Autolinked references and URLs"). After `&` it is ours.
 */
const splitReferences = (escaped: string): string =>
  escaped.replaceAll(/(?<=(?<!&)#|\bgh-)(?=\d)/gi, reference(ZERO_WIDTH_SPACE))

/** Untrusted text for a sentence, a table cell, a heading or inside HTML: one line that shows as it is and does nothing. */
export const renderText = (value: string): string => splitReferences(escape(plain(value)))

/** What needs no care inside a code span: ids, platforms, paths, references. */
const TAME = /^[\w.,:/@+=(){}-]+( [\w.,:/@+=(){}-]+)*$/

/**
 * Untrusted text as code. A code span where that is safe; else `<code>`, since a code span can hold neither a backslash
 * before a pipe (GFM, "Tables") nor any character reference.
 */
export const renderCode = (value: string): string => {
  const line = plain(value)
  return TAME.test(line) ? `\`${line}\`` : `<code>${escape(line)}</code>`
}

/** Names as code in one sentence: the first `max`, then how many more there are. */
export const renderCodeList = (names: readonly string[], max: number): string => {
  const more = names.length - max
  return `${names.slice(0, max).map(renderCode).join(', ')}${more > 0 ? ` and ${renderCount(more, 'more', 'more')}` : ''}`
}

/** Colours and cursor movements of terminals (ECMA-48 control sequences). */
const TERMINAL = /\u001b\[[0-?]*[ -/]*[@-~]/g

/** A line of output as it would stand on a terminal at last; the runner would take `::` and `##[` for commands. */
const renderLogLine = (line: string): string => {
  const shown = line.toWellFormed().replaceAll(TERMINAL, '').trimEnd().replace(/^.*\r/s, '')
  const visible = shown.replaceAll(INVISIBLE, (character) =>
    character === '\t' ? character : showInvisible(character),
  )
  return clip(visible, MAX_LINE)
    .replace(/^(\s*:)(?=:)/, `$1${ZERO_WIDTH_SPACE}`)
    .replaceAll('##[', `##${ZERO_WIDTH_SPACE}[`)
}

/** Lines of output in a fence that is longer than any run of backticks in them. */
export const renderFence = (lines: readonly string[]): string => {
  const body = lines.flatMap((line) => line.split('\n')).map(renderLogLine)
  const runs = body.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length)
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run + 1), 3))
  return [`${fence}text`, ...body, fence].join('\n')
}

/** How a column of a table stands. */
export type Column = { readonly title: string; readonly align?: 'right' }

/** Head of a table, with its line of dashes. Titles are ours. */
export const renderTableHead = (columns: readonly Column[]): string =>
  [
    `| ${columns.map(({ title }) => title).join(' | ')} |`,
    `| ${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
  ].join('\n')

/** A row of a table. Cells are Markdown already. */
export const renderTableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
