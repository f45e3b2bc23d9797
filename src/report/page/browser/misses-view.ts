import { renderCount } from '../../quantity.ts'
import type { MissGroup } from '../../run-report.ts'
import { REASONS, sayTime } from '../model/words.ts'
import { button, el, measure, named } from './element.ts'
import type { PageState } from './page-state.ts'
import { evidenceList } from './tree-details.ts'

const DRAWN = 12

const group = (state: PageState, miss: MissGroup, most: number): HTMLElement => {
  const { title, kind, evidence, steps, execMs, manifests, items } = miss
  const sum = `${renderCount(steps, 'step')} in ${renderCount(manifests, 'manifest')}, ${renderCount(items, 'work item')}`
  const show = button({ class: 'quiet', 'aria-label': `Show what ran for: ${REASONS[kind]}` }, 'Show', () => {
    state.look({ reason: state.sight().filter.reason === kind ? '' : kind })
  })
  const card = el(
    'li',
    { class: 'card miss' },
    el('p', { class: 'kind' }, REASONS[kind]),
    el('h3', {}, named(title)),
    el('p', { class: 'sum' }, el('b', {}, sum), ' ', el('span', { class: 'whole' }, `· ${sayTime(execMs)}`)),
    measure(
      el('div', { class: 'weight', 'aria-hidden': 'true' }),
      '--share',
      `${((100 * steps) / Math.max(1, most)).toFixed(1)}%`,
    ),
    ...(evidence.length === 0
      ? []
      : [el('details', { open: evidence.length <= 3 }, el('summary', {}, 'Evidence'), evidenceList(evidence))]),
    show,
  )
  state.onLook(({ filter }) => {
    card.classList.toggle('aside', filter.reason !== '' && filter.reason !== kind)
    show.setAttribute('aria-pressed', String(filter.reason === kind))
  })
  return card
}

/** Why steps ran, by cause, the most steps first. */
export const missesView = (state: PageState): HTMLElement => {
  const { misses } = state.report
  if (misses.length === 0) return el('p', { class: 'card nothing' }, 'No step ran that might have been cached.')
  const most = Math.max(...misses.map(({ steps }) => steps))
  const list = el('ul', { class: 'misses' }, ...misses.slice(0, DRAWN).map((miss) => group(state, miss, most)))
  if (misses.length <= DRAWN) return list
  const more = button({ class: 'quiet more' }, `Show ${renderCount(misses.length - DRAWN, 'more cause')}`, () => {
    more.remove()
    list.append(...misses.slice(DRAWN).map((miss) => group(state, miss, most)))
  })
  return el('div', {}, list, more)
}
