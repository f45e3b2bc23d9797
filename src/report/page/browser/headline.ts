import { renderCount, renderEstimate, renderNumber, renderPercent } from '../../quantity.ts'
import type { RunReport } from '../../run-report.ts'
import { sayBytes, sayTime } from '../model/words.ts'
import { curves } from './curves.ts'
import { el, measure, named, type Child } from './element.ts'
import type { PageState } from './page-state.ts'
import { stack } from './stack.ts'

const figure = (label: string, value: string, note = ''): HTMLElement =>
  el(
    'div',
    { class: 'figure' },
    el('dt', {}, label),
    el('dd', {}, el('b', {}, value), el('span', { class: 'note' }, note)),
  )

const figures = (report: RunReport): HTMLElement => {
  const { counts, stepsRun, repeats, positions, savedMs, savedBasis, execMs } = report
  const loadMs = report.prefixes.flatMap(({ steps }) => steps).reduce((sum, step) => sum + step.loadMs, 0)
  return el(
    'dl',
    { class: 'figures' },
    figure('Unique steps', renderNumber(counts.total), `${renderCount(positions, 'position')} without sharing`),
    figure('Run', renderNumber(stepsRun), `${sayTime(execMs)} of step time`),
    figure('Cached', renderNumber(counts.cached), `${sayTime(loadMs)} to load`),
    figure('Repeated', renderNumber(repeats), 'runs beyond a step’s first'),
    figure('Time saved', renderEstimate(savedMs).replace('about', '≈'), `an estimate: ${savedBasis}`),
    figure('Bytes', sayBytes(report.downloadedBytes), `read; ${sayBytes(report.addedBytes)} added to the cache`),
  )
}

const share = (kind: string, part: number, whole: number): readonly HTMLElement[] =>
  part > 0 ? [measure(el('span', { class: kind }), 'flex-grow', String(part / whole))] : []

const ratioBar = ({ counts, stepsRun }: RunReport): HTMLElement =>
  el(
    'div',
    { class: 'ratio-bar', 'aria-hidden': 'true' },
    ...share('cached', counts.cached, counts.total),
    ...share('ran', stepsRun, counts.total),
  )

const notice = (kind: string, ...children: readonly Child[]): HTMLElement => el('li', { class: kind }, ...children)

const listNames = (names: readonly string[]): readonly Child[] =>
  names.slice(0, 5).flatMap((name, index) => [index === 0 ? ' ' : ', ', named(name)])

const sayMore = (names: readonly string[]): string => (names.length > 5 ? ` and ${names.length - 5} more` : '')

/** A sentence about names; nothing where there are none. */
const aboutNames = (kind: string, names: readonly string[], sentence: string): readonly HTMLElement[] =>
  names.length === 0 ? [] : [notice(kind, el('b', {}, sentence), ...listNames(names), sayMore(names))]

/** What should not be overlooked: what failed, what is missing, and what the key scheme did not foresee. */
const notices = ({ items, legs, jobs = [], disagreed }: RunReport): HTMLElement => {
  const failed = items.filter(({ verdict }) => verdict === 'failed' || verdict === 'canceled')
  const ids = [...new Set(failed.map(({ manifestId, platform }) => `${manifestId} ${platform}`))]
  const missing = legs.filter(({ status }) => status === 'missing').map(({ name }) => name)
  const broken = jobs.filter(({ result }) => result === 'failure' || result === 'cancelled')
  const ends = broken.map(({ name, result }) => `${name} (${result})`)
  const finding = ' the key was equal and the ref was read, and yet it ran. That is a finding about the keys.'
  return el(
    'ul',
    { class: 'notices' },
    ...aboutNames('failed', ids, `${renderCount(ids.length, 'work item')} failed:`),
    ...aboutNames('missing', missing, `${renderCount(missing.length, 'leg')} left no record:`),
    ...aboutNames('missing', ends, `${renderCount(ends.length, 'job')} did not succeed:`),
    ...(disagreed === 0
      ? []
      : [notice('disagreed', el('b', {}, `BuildKit disagreed about ${renderCount(disagreed, 'step')}:`), finding)]),
  )
}

/** The first thing one sees: how much came from cache, and how that looks as a stack of layers. */
export const headline = (state: PageState): HTMLElement => {
  const { report } = state
  const { counts, hitRatio } = report
  return el(
    'section',
    { class: 'headline', 'aria-label': 'Headline' },
    el(
      'div',
      { class: 'card lead' },
      el('p', { class: 'ratio' }, el('b', {}, renderPercent(hitRatio)), el('span', {}, 'of steps came from cache')),
      ratioBar(report),
      el(
        'p',
        { class: 'sum' },
        `${renderNumber(counts.cached)} of ${renderCount(counts.total, 'distinct step')} over ${renderCount(report.items.length, 'work item')} and ${renderCount(report.legs.length, 'leg')}.`,
      ),
      figures(report),
    ),
    el('div', { class: 'card strata' }, stack(state)),
    curves(report),
    notices(report),
  )
}
