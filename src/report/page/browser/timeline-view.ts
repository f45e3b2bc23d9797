import { renderCount, renderNumber } from '../../quantity.ts'
import type { RunReport } from '../../run-report.ts'
import { layTimeline, ticksOf, type Stretch, type Timeline, type TimelineLeg } from '../model/timeline.ts'
import { OUTCOMES, sayClock, sayTime } from '../model/words.ts'
import { button, el, measure, named, svg } from './element.ts'

/** Legs that are drawn before one asks for more, and spans of one leg: the longest. */
const DRAWN_LEGS = 60
const DRAWN_SPANS = 250

const WIDTH = 1_000
const HEIGHT = 24

type Ruler = (ms: number) => number

const rulerOf =
  ({ total }: Timeline): Ruler =>
  (ms) =>
    (ms / total) * WIDTH

const rect = (kind: string, { from, to }: Stretch, at: Ruler, title: string): SVGElement =>
  svg(
    'rect',
    {
      class: kind,
      x: at(from).toFixed(2),
      width: Math.max(0.8, at(to) - at(from)).toFixed(2),
      ...BAND[kind === 'leg' ? 'leg' : 'span'],
    },
    svg('title', {}, title),
  )

const BAND = { leg: { y: 2, height: HEIGHT - 4 }, span: { y: 7, height: HEIGHT - 14 } } as const

const waits = ({ ran, waitedFor }: TimelineLeg, at: Ruler): readonly SVGElement[] => {
  if (ran === undefined) return []
  const until = waitedFor?.until ?? 0
  const line = (kind: string, { from, to }: Stretch, title: string): SVGElement =>
    svg(
      'line',
      { class: kind, x1: at(from).toFixed(2), x2: at(to).toFixed(2), y1: HEIGHT / 2, y2: HEIGHT / 2 },
      svg('title', {}, title),
    )
  return [
    ...(waitedFor === undefined
      ? []
      : [line('wait', { from: 0, to: until }, `waited ${sayTime(until)} for ${waitedFor.name}`)]),
    ...(ran.from > until
      ? [line('queue', { from: until, to: ran.from }, `${sayTime(ran.from - until)} until a runner had it`)]
      : []),
  ]
}

const drawTrack = (leg: TimelineLeg, { total }: Timeline, at: Ruler): HTMLElement => {
  const { ran, spans, waitedFor } = leg
  const longest = spans.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, DRAWN_SPANS)
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...waits(leg, at),
    ...(ran === undefined ? [] : [rect('leg', ran, at, `${leg.leg.name}: ${sayTime(ran.to - ran.from)}`)]),
    ...longest.map((span) =>
      rect(span.outcome, span, at, `${span.label}: ${OUTCOMES[span.outcome]} ${sayTime(span.to - span.from)}`),
    ),
  )
  const wait =
    waitedFor === undefined
      ? []
      : [
          measure(
            el('span', { class: 'waited' }, 'waited for ', named(waitedFor.name)),
            '--to',
            `${(waitedFor.until / total) * 100}%`,
          ),
        ]
  return el('div', { class: 'track' }, drawing, ...wait)
}

const sayLeg = ({ leg, ran, waitedFor }: TimelineLeg): string => {
  if (ran === undefined) return 'left no record'
  const steps = `${renderNumber(leg.counts.total - leg.counts.cached)} of ${renderCount(leg.counts.total, 'step')} ran`
  const wait = waitedFor === undefined ? '' : `, waited ${sayTime(waitedFor.until)} for ${waitedFor.name}`
  return `${sayTime(ran.to - ran.from)}, ${steps}${leg.emulated === true ? ', emulated' : ''}${wait}`
}

const drawLeg = (leg: TimelineLeg, timeline: Timeline, at: Ruler): HTMLElement =>
  el(
    'li',
    { class: `leg-row ${leg.leg.status}` },
    el(
      'div',
      { class: 'leg-name' },
      named(leg.leg.name),
      el(
        'span',
        { class: 'note' },
        leg.leg.status === 'failed'
          ? '✕ failed'
          : leg.ran === undefined
            ? 'missing'
            : sayTime(leg.ran.to - leg.ran.from),
      ),
    ),
    drawTrack(leg, timeline, at),
    el('span', { class: 'unseen' }, sayLeg(leg)),
  )

const phaseName = (wave: number): string => (wave === 0 ? 'Build' : `Wave ${wave}`)

const axis = ({ total }: Timeline): HTMLElement =>
  el(
    'div',
    { class: 'axis', 'aria-hidden': 'true' },
    ...ticksOf(total).map((ms) => measure(el('span', {}, sayClock(ms)), '--at', `${(ms / total) * 100}%`)),
  )

const drawPhases = (timeline: Timeline, limit: number): readonly HTMLElement[] => {
  const at = rulerOf(timeline)
  const phases = Map.groupBy(timeline.legs.slice(0, limit), ({ wave }) => wave)
  return [...phases].map(([wave, legs]) =>
    el(
      'div',
      { class: 'phase' },
      el('h3', {}, phaseName(wave)),
      el('ol', {}, ...legs.map((leg) => drawLeg(leg, timeline, at))),
    ),
  )
}

const key = (): HTMLElement =>
  el(
    'p',
    { class: 'key', 'aria-hidden': 'true' },
    ...['ran', 'cached', 'failed', 'waited for a wave', 'waited for a runner'].map((label, index) =>
      el('span', {}, el('i', { class: ['run', 'hit', 'failed', 'wait', 'queue'][index] }), label),
    ),
  )

/** When which leg ran, what it did, and what it waited for: waves first, then the builds. */
export const timelineView = (report: RunReport): HTMLElement => {
  const timeline = layTimeline(report)
  if (timeline.legs.length === 0) return el('p', { class: 'card nothing' }, 'No leg left a record.')
  const body = el('div', { class: 'phases' }, axis(timeline), ...drawPhases(timeline, DRAWN_LEGS))
  const card = el('div', { class: 'card timeline' }, key(), body)
  if (timeline.legs.length > DRAWN_LEGS) {
    const more = button({ class: 'quiet more' }, `Show all ${renderCount(timeline.legs.length, 'leg')}`, () => {
      body.replaceChildren(axis(timeline), ...drawPhases(timeline, Infinity))
      more.remove()
    })
    card.append(more)
  }
  return card
}
