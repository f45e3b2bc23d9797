import { levelOf, LINT_RULES, type LintLevels } from '../factory/lint-levels.ts'
import type { Fragment, LineRange } from '../fragment/fragment.ts'
import type { Finding, Found, Rule } from './finding.ts'
import { RULES } from './rules/rules.ts'
import { readSilences } from './silence.ts'
import { lintSource, type LintSource, type Surroundings } from './source.ts'

const RANKS = new Map<string, number>(LINT_RULES.map(({ id }, index) => [id, index]))

const rankOf = ({ level, rule }: Finding): number => (level === 'error' ? 0 : RANKS.size) + (RANKS.get(rule) ?? 0)

/** Findings in the order in which people should see them: errors first, then grave rules, then by place; each once. */
export const orderFindings = (findings: readonly Finding[]): readonly Finding[] => {
  const distinct = new Map(
    findings.map((each) => [JSON.stringify([each.rule, each.check, each.place, each.found]), each] as const),
  )
  const byPlace = (a: Finding, b: Finding): number =>
    a.place.file < b.place.file
      ? -1
      : a.place.file > b.place.file
        ? 1
        : a.place.line - b.place.line || a.place.column - b.place.column
  return [...distinct.values()].sort((a, b) => rankOf(a) - rankOf(b) || byPlace(a, b))
}

/** The lines of the instruction that a line belongs to. */
export const instructionAt = ({ stages, preamble }: Fragment, line: number): LineRange => {
  const bodies = stages.flatMap(({ instructions }) => instructions.map(({ lines }) => lines))
  return [...bodies, ...preamble].find(({ start, end }) => start <= line && line <= end) ?? { start: line, end: line }
}

/** Longest text of a finding, in UTF-16 units; GitHub cuts a message at 4,096 characters. */
const MAX_FOUND = 500

const clip = (text: string): string =>
  text.length <= MAX_FOUND ? text : `${text.slice(0, MAX_FOUND - 1).replace(/\p{Cs}$/u, '')}…`

const findingOf = ({ id, why, fix }: Rule, level: Finding['level'], file: string, { found, span }: Found): Finding => ({
  ...{ rule: id, level, found: clip(found.replaceAll(/\s+/g, ' ')), why, fix },
  place: { file, line: span.line, column: span.start + 1 },
  ...(span.end > span.start ? { endColumn: span.end } : {}),
})

/** What the rules find in a fragment that was read for them. `sources` are levels, weakest first. */
export const lintFragment = (source: LintSource, sources: readonly LintLevels[] = []): readonly Finding[] => {
  const { fragment } = source
  const isSilenced = readSilences(fragment.lines)
  const findings = RULES.flatMap((rule) => {
    const level = levelOf(rule.id, sources)
    if (level === 'off') return []
    return rule
      .find(source)
      .filter(({ span }) => !isSilenced([rule.id], instructionAt(fragment, span.line)))
      .map((found) => findingOf(rule, level, fragment.file, found))
  })
  return orderFindings(findings)
}

/** As {@link lintFragment}, of a fragment and what stands around it. */
export const lint = (
  fragment: Fragment,
  surroundings: Surroundings,
  sources: readonly LintLevels[] = [],
): readonly Finding[] => lintFragment(lintSource(fragment, surroundings), sources)
