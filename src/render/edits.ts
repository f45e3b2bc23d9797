import type { Token } from '../fragment/fragment.ts'

/** Puts `text` in the place of a token. */
export type Edit = { readonly token: Token; readonly text: string }

type Change = { readonly line: number; readonly start: number; readonly end: number; readonly text: string }

/**
 * A token split over lines is replaced in its last one. So no line that follows a backslash is left empty, which would
 * continue the instruction into the next.
 */
const changesOf = ({ token, text }: Edit): readonly Change[] =>
  token.spans.map((span, index) => ({ ...span, text: index === token.spans.length - 1 ? text : '' }))

/** The lines with all edits done; the number of lines stays. Tokens must not overlap. */
export const applyEdits = (lines: readonly string[], edits: readonly Edit[]): readonly string[] => {
  const changed = [...lines]
  const changes = edits.flatMap(changesOf).toSorted((a, b) => b.start - a.start)
  for (const { line, start, end, text } of changes) {
    const before = changed[line - 1] ?? ''
    changed[line - 1] = before.slice(0, start) + text + before.slice(end)
  }
  return changed
}
