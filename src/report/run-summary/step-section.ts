import { renderDuration } from '../../progress/duration.ts'
import type { Section } from '../document.ts'
import { hasRun } from '../fold/met-prefix.ts'
import { renderCode } from '../markdown.ts'
import { renderNumber } from '../quantity.ts'
import type { RunReport } from '../run-report.ts'
import { tableSection } from '../sections.ts'

/** Steps that are shown. */
const MAX_STEPS = 10

/** The steps that took longest. */
export const slowestSection = ({ prefixes }: RunReport): readonly Section[] => {
  const ran = prefixes.flatMap((prefix) => prefix.steps.filter(hasRun).map((step) => ({ prefix, step })))
  const slowest = ran
    .filter(({ step }) => step.execMs > 0)
    .toSorted((a, b) => b.step.execMs - a.step.execMs)
    .slice(0, MAX_STEPS)
  return tableSection('Slowest steps', {
    columns: [
      { title: 'Step' },
      { title: 'Layer' },
      { title: 'Platform' },
      { title: 'Time', align: 'right' },
      { title: 'Repeats', align: 'right' },
    ],
    rows: slowest.map(({ prefix: { layer, variant, platform, file }, step: { text, line, execMs, repeats } }) => [
      `${renderCode(text)}${file === undefined ? '' : `<br>${renderCode(`${file}:${line}`)}`}`,
      renderCode(`${layer}/${variant}`),
      renderCode(platform),
      renderDuration(execMs),
      repeats === 0 ? '' : renderNumber(repeats),
    ]),
    ...{ rank: 2, share: 0.3 },
  })
}
