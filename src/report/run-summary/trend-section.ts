import { renderDuration } from '../../progress/duration.ts'
import { fixedSection } from '../sections.ts'
import type { Section } from '../document.ts'
import { renderCount, renderNumber, renderPercent } from '../quantity.ts'
import type { RunReport, TrendPoint } from '../run-report.ts'

const BLOCKS = '▁▂▃▄▅▆▇█'

/** Numbers as a line of bars, lowest to highest; all alike are half high. */
export const renderSparkline = (values: readonly number[], [low, high] = rangeOf(values)): string =>
  values
    .map((value) => {
      const part = high > low ? (value - low) / (high - low) : 0.5
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(part * BLOCKS.length))] ?? ''
    })
    .join('')

const rangeOf = (values: readonly number[]): readonly [number, number] => [Math.min(...values), Math.max(...values)]

const renderLine = (name: string, sparkline: string, first: string, last: string): string =>
  `- ${name} \`${sparkline}\` ${first} → ${last}`

/** How this run stands among those before it; nothing where none is known. */
export const trendSection = ({ trend }: RunReport): readonly Section[] => {
  const [first, last] = [trend[0], trend.at(-1)]
  if (first === undefined || last === undefined || trend.length < 2) return []
  const valuesOf = (of: (point: TrendPoint) => number): readonly number[] => trend.map(of)
  const ratios = renderSparkline(
    valuesOf(({ hitRatio }) => hitRatio),
    [0, 1],
  )
  const lines = [
    renderLine('From cache', ratios, renderPercent(first.hitRatio), renderPercent(last.hitRatio)),
    renderLine(
      'Steps run',
      renderSparkline(valuesOf(({ stepsRun }) => stepsRun)),
      renderNumber(first.stepsRun),
      renderNumber(last.stepsRun),
    ),
    renderLine(
      'Duration',
      renderSparkline(valuesOf(({ durationMs }) => durationMs)),
      renderDuration(first.durationMs),
      renderDuration(last.durationMs),
    ),
  ]
  return fixedSection(`### The last ${renderCount(trend.length, 'run')}\n\n${lines.join('\n')}`)
}
