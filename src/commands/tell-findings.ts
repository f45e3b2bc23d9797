import type { Io } from '../io/io.ts'
import type { Finding } from '../lint/finding.ts'
import { plainLine } from '../progress/plain-text.ts'
import { findingTitle, renderFinding } from '../report/lint-section.ts'

/** Annotations of each level that GitHub shows of one step (actions/toolkit, docs/problem-matchers.md). */
const MAX_SHOWN = 10

/**
 * Shows findings on the lines that they speak of, the gravest first, and the rest in the log. Returns why the step fails
 * once all is told; undefined where no finding is an error.
 */
export const tellFindings = (findings: readonly Finding[], { actions }: Io): string | undefined => {
  const ofLevel = (level: Finding['level']): readonly Finding[] => findings.filter((finding) => finding.level === level)
  const [errors, warnings] = [ofLevel('error'), ofLevel('warn')]
  const shown = [...errors.slice(0, MAX_SHOWN), ...warnings.slice(0, MAX_SHOWN)]
  for (const finding of shown) {
    const { level, place, endColumn } = finding
    const annotation = {
      ...{ title: findingTitle(finding), message: renderFinding(finding), place },
      ...(endColumn === undefined ? {} : { endColumn }),
    }
    if (level === 'error') actions.error(annotation)
    else actions.warning(annotation)
  }
  const rest = findings.filter((finding) => !shown.includes(finding))
  if (rest.length > 0) {
    const lines = rest.map((each) =>
      plainLine(`${each.place.file}:${each.place.line}:${each.place.column}: ${renderFinding(each)}`),
    )
    actions.group(`Lint: ${rest.length} more findings, which are in the job summary as well`, lines)
  }
  if (errors.length === 0) return undefined
  return `lint: ${errors.length === 1 ? '1 finding is an error' : `${errors.length} findings are errors`}; mend them, silence them where they stand, or lower their level (input lint, or lint in the factory file)`
}
