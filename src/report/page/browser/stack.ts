import { shortPlatform } from '../../../oci/platform.ts'
import { renderPercent } from '../../quantity.ts'
import { stackOf } from '../model/heat.ts'
import { ratioOf, stepsOf, type Tally } from '../model/tally.ts'
import { button, el, measure, named } from './element.ts'
import { heated } from './heat-cell.ts'
import type { PageState } from './page-state.ts'

const describeCell = (layer: string, platform: string, tally: Tally): string =>
  `${layer} on ${shortPlatform(platform)}: ${renderPercent(ratioOf(tally))} cached, ${tally.ran} ran, ${tally.failed} failed. Show only these`

const sayCell = (tally: Tally): string =>
  `${renderPercent(ratioOf(tally))}${tally.failed > 0 ? ` · ✕ ${tally.failed} failed` : ''}`

const cell = (state: PageState, layer: string, platform: string, tally: Tally | undefined): HTMLElement => {
  if (tally === undefined || stepsOf(tally) === 0) return el('td', {}, el('span', { class: 'heat cold' }, 'no steps'))
  const label = describeCell(layer, platform, tally)
  const pressed = (): boolean => {
    const { filter } = state.sight()
    return filter.layer === layer && filter.platform === platform
  }
  const element = button({ class: 'heat', 'aria-label': label, title: label }, sayCell(tally), () => {
    state.look(pressed() ? { layer: '', platform: '' } : { layer, platform })
  })
  state.onLook(() => {
    element.setAttribute('aria-pressed', String(pressed()))
  })
  return el('td', {}, heated(element, tally, { by: 'ratio' }))
}

/** Layers × platforms, stacked as they are built: the base at the bottom. A cell filters the page. */
export const stack = (state: PageState): HTMLElement => {
  const { layers, platforms } = state.report
  const tallies = stackOf(state.report)
  const rows = layers.map((layer, index) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, named(layer)),
      ...platforms.map((platform, place) => cell(state, layer, platform, tallies[index]?.[place])),
    ),
  )
  const table = el(
    'table',
    { class: 'stack' },
    el('caption', { class: 'unseen' }, 'Hit ratio of each layer on each platform'),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('td', {}),
        ...platforms.map((platform) => el('th', { scope: 'col' }, named(shortPlatform(platform)))),
      ),
    ),
    el('tbody', {}, ...rows.toReversed()),
  )
  return measure(table, '--platforms', String(platforms.length))
}
