import { levelOf, type LintLevels } from '../factory/lint-levels.ts'
import type { WorkItem } from '../factory/work-item.ts'
import type { Finding } from './finding.ts'
import { isLatest, latestImage, latestText } from './rules/latest-image.ts'
import { readSilences } from './silence.ts'

/** Base images of a factory without a version, at the variants that name them. `lines` are those of its files. */
export const baseFindings = (
  items: readonly WorkItem[],
  lines: ReadonlyMap<string, readonly string[]>,
  sources: readonly LintLevels[],
): readonly Finding[] => {
  const { id, why, fix } = latestImage
  const level = levelOf(id, sources)
  if (level === 'off') return []
  const bases = new Set(items.flatMap(({ layers: [base] }) => base ?? []))
  return [...bases].flatMap(({ from, place }) => {
    if (from === undefined || !isLatest(from)) return []
    const isSilenced = readSilences(lines.get(place.file) ?? [])([id], { start: place.line, end: place.line })
    return isSilenced ? [] : [{ rule: id, level, place, found: latestText(from), why, fix }]
  })
}
