import { shortPlatform } from '../../../oci/platform.ts'
import { renderCount, renderNumber, renderPercent } from '../../quantity.ts'
import type { ReportItem } from '../../run-report.ts'
import { sortItems, type ItemOrder } from '../model/item-order.ts'
import { sayTime } from '../model/words.ts'
import { button, el, measure, named, type Child } from './element.ts'
import type { PageState } from './page-state.ts'

/** Rows that are drawn before one asks for more, and how many more. */
const DRAWN = 40
const STEP = 500

/** Rows on paper. */
const PRINTED = 1_000

type Column = { readonly title: string; readonly by?: ItemOrder['by']; readonly numeric?: true }

const COLUMNS: readonly Column[] = [
  { title: 'Manifest', by: 'manifest' },
  { title: 'Platform', by: 'platform' },
  { title: 'Outcome', by: 'outcome' },
  { title: 'Cached', by: 'ratio' },
  { title: 'Ran', by: 'ran', numeric: true },
  { title: 'Time', by: 'time', numeric: true },
  { title: 'Leg' },
  { title: 'First miss' },
]

type Hand = { order: ItemOrder; limit: number; readonly open: Set<number> }

const ratioCell = ({ totalSteps, cachedSteps, verdict }: ReportItem): HTMLElement => {
  if (verdict === 'missing') return el('td', {}, '')
  const ratio = totalSteps === 0 ? 1 : cachedSteps / totalSteps
  const meter = measure(
    el('span', { class: 'meter', 'aria-hidden': 'true' }),
    '--share',
    `${(ratio * 100).toFixed(0)}%`,
  )
  return el('td', { class: 'ratio' }, el('span', { class: 'percent' }, renderPercent(ratio)), meter)
}

const fact = (term: string, ...values: readonly Child[]): readonly HTMLElement[] =>
  values.length === 0 ? [] : [el('dt', {}, term), el('dd', {}, ...values)]

const spaced = (texts: readonly string[]): readonly Child[] => texts.flatMap((text) => [named(text, 'code'), ' '])

const detailRow = (item: ReportItem): HTMLElement =>
  el(
    'tr',
    { class: 'more-of' },
    el(
      'td',
      { colspan: COLUMNS.length },
      el(
        'dl',
        {},
        ...fact('Layers', ...spaced(item.variants.map(({ layer, variant }) => `${layer}/${variant}`))),
        ...fact('Aliases', ...spaced(item.aliases)),
        ...fact('Published', ...spaced(item.published)),
        ...fact('Digest', ...spaced(item.digest === undefined ? [] : [item.digest])),
        ...fact('Pool', ...spaced(item.pool === undefined ? [] : [item.pool])),
      ),
      ...(item.error === undefined
        ? []
        : [el('pre', { class: 'error' }, ...item.error.split('\n').flatMap((line) => [line, el('br', {})]))]),
    ),
  )

const itemRows = (state: PageState, hand: Hand, index: number, draw: () => void): readonly HTMLElement[] => {
  const item = state.report.items[index]
  const outcome = state.finder.outcomes[index] ?? 'missing'
  if (item === undefined) return []
  const isOpen = hand.open.has(index)
  const opener = button(
    { class: 'opener', 'aria-expanded': String(isOpen), id: `item-${index}` },
    named(item.manifestId),
    () => {
      if (!hand.open.delete(index)) hand.open.add(index)
      draw()
      document.getElementById(`item-${index}`)?.focus()
    },
  )
  const missing = outcome === 'missing'
  const row = el(
    'tr',
    {},
    el('th', { scope: 'row' }, opener),
    el('td', {}, named(shortPlatform(item.platform))),
    el('td', {}, el('span', { class: `chip ${outcome}` }, item.verdict === 'canceled' ? 'canceled' : outcome)),
    ratioCell(item),
    el('td', { class: 'number' }, missing ? '' : renderNumber(item.totalSteps - item.cachedSteps)),
    el('td', { class: 'number' }, missing ? '' : sayTime(item.durationMs)),
    el('td', {}, named(item.leg ?? '')),
    el('td', { class: 'first-miss' }, named(item.firstMiss ?? '')),
  )
  return isOpen ? [row, detailRow(item)] : [row]
}

const headRow = (hand: Hand, draw: () => void): HTMLElement => {
  const cells = COLUMNS.map(({ title, by, numeric }) => {
    const kind = numeric === true ? 'number' : undefined
    if (by === undefined) return el('th', { scope: 'col', class: kind }, title)
    const sorted = hand.order.by === by
    const direction = hand.order.down ? 'descending' : 'ascending'
    const sort = button({ class: 'sort', id: `sort-${by}` }, title, () => {
      hand.order = { by, down: sorted ? !hand.order.down : numeric === true }
      draw()
      document.getElementById(`sort-${by}`)?.focus()
    })
    return el('th', { scope: 'col', class: kind, 'aria-sort': sorted ? direction : undefined }, sort)
  })
  return el('tr', {}, ...cells)
}

/** The work items that fit the filter, what went wrong first, as a table that one can sort and whose rows open. */
export const itemsView = (state: PageState): HTMLElement => {
  const hand: Hand = { order: { by: 'outcome', down: false }, limit: DRAWN, open: new Set() }
  const [head, body] = [el('thead', {}), el('tbody', {})]
  const draw = (): void => {
    const sorted = sortItems(state.report.items, state.finder.outcomes, state.sight().found.items, hand.order)
    head.replaceChildren(headRow(hand, draw))
    body.replaceChildren(...sorted.slice(0, hand.limit).flatMap((index) => itemRows(state, hand, index, draw)))
    more.hidden = sorted.length <= hand.limit
    more.textContent = `Show ${renderNumber(Math.min(STEP, sorted.length - hand.limit))} more of ${renderCount(sorted.length, 'work item')}`
    nothing.hidden = sorted.length > 0
  }
  const more = button({ class: 'quiet more' }, '', () => {
    hand.limit += STEP
    draw()
  })
  const nothing = el('p', { class: 'nothing' }, 'No work item fits the filter.')
  state.onLook(() => {
    hand.limit = DRAWN
    draw()
  })
  addEventListener('beforeprint', () => {
    hand.limit = Math.max(hand.limit, PRINTED)
    draw()
  })
  const table = el('table', { class: 'items' }, el('caption', { class: 'unseen' }, 'Work items'), head, body)
  return el('div', { class: 'card wide' }, el('div', { class: 'scroll' }, table), nothing, more)
}
