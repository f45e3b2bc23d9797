import { shortPlatform } from '../../../oci/platform.ts'
import { renderNumber } from '../../quantity.ts'
import { stepsOf, type Tally } from '../model/tally.ts'
import { hasChildren, placeOf, type TreeState } from '../model/tree-rows.ts'
import { REASONS } from '../model/words.ts'
import { el, measure, named } from './element.ts'
import { heated, sayHeat, type Scale } from './heat-cell.ts'
import type { PageState } from './page-state.ts'

const reasonsOf = ({ report, forest, sight }: PageState, node: number): string => {
  const { found } = sight()
  const kinds = (forest.prefixesOn[node] ?? []).flatMap((index) =>
    found.prefixes[index] === true ? (report.prefixes[index]?.reason?.kind ?? []) : [],
  )
  return [...new Set(kinds)].map((kind) => REASONS[kind]).join(', ')
}

const sayAbove = (above: Tally): string =>
  stepsOf(above) === 0 ? '' : `${renderNumber(above.ran + above.failed)} of ${renderNumber(stepsOf(above))} ran`

const labelOf = (state: PageState, node: number, scale: Scale): string => {
  const { layer = '', variant = '' } = state.forest.nodes[node] ?? {}
  const heat = state.sight().heat[node]
  const cells = state.report.platforms.flatMap((platform, place) => {
    const tally = heat?.own[place]
    return tally === undefined ? [] : [`${shortPlatform(platform)} ${sayHeat(tally, scale)}`]
  })
  const above = heat === undefined ? '' : sayAbove(heat.above)
  return [`${layer} ${variant}`, ...cells, ...(above === '' ? [] : [`on it ${above}`])].join(', ')
}

/** A row of the tree: what it is, its heat on each platform, what stands on it, and why it ran. */
export const drawRow = (state: PageState, tree: TreeState, node: number, active: number, scale: Scale): HTMLElement => {
  const { depth = 0, layer = '', variant = '' } = state.forest.nodes[node] ?? {}
  const heat = state.sight().heat[node]
  const { place, of } = placeOf(tree, node)
  const row = el(
    'div',
    {
      ...{ role: 'treeitem', class: 'row', id: `node-${node}`, 'aria-label': labelOf(state, node, scale) },
      ...{ 'aria-level': depth + 1, 'aria-posinset': place, 'aria-setsize': of },
      'aria-expanded': hasChildren(tree, node) ? String(tree.isOpen(node)) : undefined,
      'aria-selected': String(node === active),
      tabindex: node === active ? 0 : -1,
    },
    el('span', { class: 'what' }, el('i', { class: 'twist' }), named(layer, 'layer'), named(variant, 'variant')),
    ...state.report.platforms.map((_, index) =>
      heated(el('span', { class: 'heat' }, sayHeat(heat?.own[index], scale)), heat?.own[index], scale),
    ),
    el('span', { class: 'above' }, heat === undefined ? '' : sayAbove(heat.above)),
    el('span', { class: 'why' }, reasonsOf(state, node)),
  )
  return measure(row, '--depth', String(depth))
}
