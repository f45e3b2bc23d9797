import { shortPlatform } from '../../../oci/platform.ts'
import { renderNumber } from '../../quantity.ts'
import { actOnKey, depthWithin, type KeyAction, hasChildren, rowsOf, type TreeState } from '../model/tree-rows.ts'
import { button, el, measure, named } from './element.ts'
import type { Scale } from './heat-cell.ts'
import { legend, scaleSwitch } from './heat-scale.ts'
import type { PageState } from './page-state.ts'
import { nodeDetails } from './tree-details.ts'
import { drawRow } from './tree-row.ts'

/** Rows that a tree opens by itself, and rows that are drawn before one asks for more. */
const OPEN_ROWS = 40
const DRAWN_ROWS = 100

/** What one did to the tree. */
type Hand = { readonly toggled: Map<number, boolean>; active: number; limit: number; by: Scale['by'] }

const longestOf = (state: PageState): number =>
  state
    .sight()
    .heat.flatMap(({ own }) => own)
    .reduce((longest, tally) => Math.max(longest, tally?.ms ?? 0), 0)

const treeStateOf = (state: PageState, { toggled }: Hand): TreeState => {
  const { heat } = state.sight()
  const isShown = (node: number): boolean => heat[node]?.shown === true
  const depth = depthWithin(state.forest, isShown, OPEN_ROWS)
  const isOpen = (node: number): boolean => toggled.get(node) ?? (state.forest.nodes[node]?.depth ?? 0) < depth
  return { forest: state.forest, isShown, isOpen }
}

const columnHeads = (state: PageState): HTMLElement =>
  el(
    'div',
    { class: 'row heads', 'aria-hidden': 'true' },
    el('span', { class: 'what' }, 'Layer and variant'),
    ...state.report.platforms.map((platform) => named(shortPlatform(platform), 'heat')),
    el('span', { class: 'above' }, 'On top of it'),
    el('span', { class: 'why' }, 'Why it ran'),
  )

type Parts = { readonly rows: HTMLElement; readonly more: HTMLButtonElement; readonly details: HTMLElement }

/** Draws all rows anew; the row that one is on keeps the focus if it had it. */
const drawTree = (state: PageState, hand: Hand, { rows, more, details }: Parts): void => {
  const tree = treeStateOf(state, hand)
  const nodes = rowsOf(tree)
  if (!nodes.includes(hand.active)) hand.active = nodes[0] ?? -1
  const limit = Math.max(hand.limit, nodes.indexOf(hand.active) + 1)
  const scale: Scale = hand.by === 'time' ? { by: 'time', longest: longestOf(state) } : { by: 'ratio' }
  const focused = rows.contains(document.activeElement)
  rows.replaceChildren(...nodes.slice(0, limit).map((node) => drawRow(state, tree, node, hand.active, scale)))
  if (nodes.length === 0) rows.append(el('p', { class: 'nothing' }, 'Nothing fits the filter.'))
  more.hidden = nodes.length <= limit
  more.textContent = `Show ${renderNumber(nodes.length - limit)} more rows`
  if (focused) focusRow(hand.active)
  details.replaceChildren(...nodeDetails(state, hand.active))
}

const rowOf = (node: number): HTMLElement | null => document.getElementById(`node-${node}`)

const focusRow = (node: number): void => {
  const row = rowOf(node)
  row?.focus({ preventScroll: true })
  row?.scrollIntoView({ block: 'nearest' })
}

/** The first row whose steps ran, for a start that says something. */
const firstRan = (state: PageState, tree: TreeState): number =>
  rowsOf(tree).find((node) =>
    state.sight().heat[node]?.own.some((tally) => (tally?.ran ?? 0) + (tally?.failed ?? 0) > 0),
  ) ?? -1

const act = (hand: Hand, action: KeyAction): void => {
  if (action.kind === 'go') hand.active = action.node
  else for (const node of action.nodes) hand.toggled.set(node, action.kind === 'open')
}

const listen = (state: PageState, hand: Hand, rows: HTMLElement, draw: () => void): void => {
  rows.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const action = actOnKey(treeStateOf(state, hand), hand.active, event.key)
    if (action === undefined) return
    event.preventDefault()
    act(hand, action)
    draw()
  })
  rows.addEventListener('click', ({ target }) => {
    const row = target instanceof Element ? target.closest('.row') : null
    if (row === null) return
    const node = Number(row.id.replace('node-', ''))
    const tree = treeStateOf(state, hand)
    // The first click on a row shows what it is; on the row that one is on, or its triangle, it opens and closes.
    const twists = target instanceof Element && target.classList.contains('twist')
    if ((twists || node === hand.active) && hasChildren(tree, node)) hand.toggled.set(node, !tree.isOpen(node))
    hand.active = node
    draw()
    focusRow(node)
  })
}

/** The layer trees of all platforms as one heat map that opens and closes (WAI-ARIA tree), with details beside it. */
export const treeView = (state: PageState): HTMLElement => {
  const hand: Hand = { toggled: new Map(), active: -1, limit: DRAWN_ROWS, by: 'ratio' }
  const rows = el('div', { role: 'tree', 'aria-label': 'Layer tree', class: 'rows' })
  const details = el('div', { class: 'details', 'aria-label': 'Details', role: 'region', 'aria-live': 'off' })
  const more = button({ class: 'quiet more' }, '', () => {
    hand.limit += DRAWN_ROWS
    draw()
  })
  const draw = (): void => {
    drawTree(state, hand, { rows, more, details })
  }
  const heat = el('div', { class: 'card heat-map', 'data-scale': 'ratio' })
  const choose = (by: Scale['by']): void => {
    hand.by = by
    heat.dataset['scale'] = by
    draw()
  }
  heat.append(
    el('div', { class: 'bar' }, scaleSwitch(choose), legend()),
    measure(
      el('div', { class: 'scroll' }, columnHeads(state), rows),
      '--platforms',
      String(state.report.platforms.length),
    ),
    more,
  )
  hand.active = firstRan(state, treeStateOf(state, hand))
  listen(state, hand, rows, draw)
  state.onLook(draw)
  return el('div', { class: 'tree' }, heat, details)
}
