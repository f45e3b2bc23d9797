import { structuredPatch } from 'diff'

/** Changed lines that are shown before the rest is counted. */
const MAX_LINES = 12

/** The lines that differ between two texts, as a diff shows them: `@@ -3,2 +3,2 @@`, `-old`, `+new`. */
export const diffLines = (before: string, now: string): readonly string[] => {
  const { hunks } = structuredPatch('', '', before, now, '', '', { context: 0 })
  const lines = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: changed }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...changed.filter((line) => !line.startsWith('\\')),
  ])
  const more = lines.length - MAX_LINES
  return more > 0 ? [...lines.slice(0, MAX_LINES), `${more} more lines`] : lines
}
