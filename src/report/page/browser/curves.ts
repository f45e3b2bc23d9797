import { renderNumber, renderPercent } from '../../quantity.ts'
import type { RunReport, TrendPoint } from '../../run-report.ts'
import { pathThrough, placePoints } from '../model/curve.ts'
import { sayMoment, sayTime } from '../model/words.ts'
import { el, svg } from './element.ts'

type Curve = {
  readonly title: string
  readonly valueOf: (point: TrendPoint) => number
  readonly say: (value: number) => string
}

const CURVES: readonly Curve[] = [
  { title: 'Hit ratio', valueOf: ({ hitRatio }) => hitRatio, say: renderPercent },
  { title: 'Steps run', valueOf: ({ stepsRun }) => stepsRun, say: renderNumber },
  { title: 'Run time', valueOf: ({ durationMs }) => durationMs, say: sayTime },
]

const BOX = { width: 240, height: 56, margin: 5 }

const drawCurve = ({ title, valueOf, say }: Curve, trend: readonly TrendPoint[]): HTMLElement => {
  const points = placePoints(trend.map(valueOf), BOX)
  const last = points.at(-1)
  const values = trend.map(valueOf)
  const range = `${say(Math.min(...values))} to ${say(Math.max(...values))}`
  const label = `${title} of the last ${trend.length} runs: ${range}, now ${say(last?.value ?? 0)}`
  const line = pathThrough(points)
  const floor = BOX.height - 1
  return el(
    'figure',
    { class: 'curve' },
    el('figcaption', {}, el('span', {}, title), el('b', {}, say(last?.value ?? 0))),
    svg(
      'svg',
      { viewBox: `0 0 ${BOX.width} ${BOX.height}`, role: 'img', 'aria-label': label },
      svg('path', { class: 'fill', d: `${line}L${last?.x ?? 0} ${floor}L${points[0]?.x ?? 0} ${floor}Z` }),
      svg('path', { class: 'line', d: line }),
      ...points.map(({ x, y, value }, index) =>
        svg(
          'circle',
          {
            cx: x.toFixed(1),
            cy: y.toFixed(1),
            r: index === points.length - 1 ? 3.5 : 2,
            class: index === points.length - 1 ? 'now' : 'dot',
          },
          svg('title', {}, `${sayMoment(trend[index]?.startedAt ?? '')}: ${say(value)}`),
        ),
      ),
    ),
    el('p', { class: 'range' }, trend.length === 1 ? 'first run known' : `${range} in ${trend.length} runs`),
  )
}

/** Lines of what the last runs did. */
export const curves = ({ trend }: RunReport): HTMLElement =>
  el('div', { class: 'curves' }, ...(trend.length === 0 ? [] : CURVES.map((curve) => drawCurve(curve, trend))))
