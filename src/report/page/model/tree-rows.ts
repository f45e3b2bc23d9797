import type { Forest } from './forest.ts'

/** What of the tree is there and open. */
export type TreeState = {
  readonly forest: Forest
  readonly isShown: (node: number) => boolean
  readonly isOpen: (node: number) => boolean
}

const shownChildren = ({ forest, isShown }: TreeState, node: number): readonly number[] =>
  (forest.nodes[node]?.children ?? []).filter(isShown)

/** Nodes as rows from top to bottom: every node that is shown and below which all are open. */
export const rowsOf = (state: TreeState): readonly number[] => {
  const visit = (node: number): readonly number[] => [
    node,
    ...(state.isOpen(node) ? shownChildren(state, node).flatMap(visit) : []),
  ]
  return state.forest.roots.filter(state.isShown).flatMap(visit)
}

/** How deep a tree can be opened without having more than so many rows. */
export const depthWithin = (forest: Forest, isShown: (node: number) => boolean, rows: number): number => {
  const counts: number[] = []
  for (const { index, depth } of forest.nodes) if (isShown(index)) counts[depth] = (counts[depth] ?? 0) + 1
  let sum = counts[0] ?? 0
  let depth = 0
  while (depth + 1 < counts.length && sum + (counts[depth + 1] ?? 0) <= rows) sum += counts[++depth] ?? 0
  return depth
}

/** Place of a node among its siblings, from 1, and how many they are. */
export const placeOf = (state: TreeState, node: number): { readonly place: number; readonly of: number } => {
  const parent = state.forest.nodes[node]?.parent ?? -1
  const siblings = parent === -1 ? state.forest.roots.filter(state.isShown) : shownChildren(state, parent)
  return { place: siblings.indexOf(node) + 1, of: siblings.length }
}

/** Whether anything stands on a node that is shown. */
export const hasChildren = (state: TreeState, node: number): boolean => shownChildren(state, node).length > 0

/** What a key does: goes to a node, or opens and closes some. */
export type KeyAction =
  | { readonly kind: 'go'; readonly node: number }
  | { readonly kind: 'open' | 'close'; readonly nodes: readonly number[] }

const goTo = (node: number | undefined): KeyAction | undefined =>
  node === undefined || node === -1 ? undefined : { kind: 'go', node }

const toRight = (state: TreeState, node: number): KeyAction | undefined => {
  if (!hasChildren(state, node)) return undefined
  return state.isOpen(node) ? goTo(shownChildren(state, node)[0]) : { kind: 'open', nodes: [node] }
}

const toLeft = (state: TreeState, node: number): KeyAction | undefined =>
  state.isOpen(node) && hasChildren(state, node)
    ? { kind: 'close', nodes: [node] }
    : goTo(state.forest.nodes[node]?.parent)

const siblingsOf = (state: TreeState, node: number): readonly number[] => {
  const parent = state.forest.nodes[node]?.parent ?? -1
  return (parent === -1 ? state.forest.roots.filter(state.isShown) : shownChildren(state, parent)).filter((sibling) =>
    hasChildren(state, sibling),
  )
}

/** The next row, and around again, whose variant starts with a letter. */
const toLetter = (state: TreeState, rows: readonly number[], at: number, letter: string): KeyAction | undefined => {
  const around = [...rows.slice(at + 1), ...rows.slice(0, at)]
  return goTo(
    around.find((node) => state.forest.nodes[node]?.variant.toLowerCase().startsWith(letter.toLowerCase()) === true),
  )
}

/**
 * What a key does on a row (WAI-ARIA Authoring Practices, "Tree View Pattern"): arrows, Home, End, Enter and space to open
 * and close, `*` for all siblings, a letter for the next variant that starts with it.
 */
export const actOnKey = (state: TreeState, node: number, key: string): KeyAction | undefined => {
  const rows = rowsOf(state)
  const at = rows.indexOf(node)
  switch (key) {
    case 'ArrowDown':
      return goTo(rows[at + 1])
    case 'ArrowUp':
      return goTo(rows[at - 1])
    case 'Home':
      return goTo(rows[0])
    case 'End':
      return goTo(rows.at(-1))
    case 'ArrowRight':
      return toRight(state, node)
    case 'ArrowLeft':
      return toLeft(state, node)
    case 'Enter':
    case ' ':
      return hasChildren(state, node) ? { kind: state.isOpen(node) ? 'close' : 'open', nodes: [node] } : undefined
    case '*':
      return { kind: 'open', nodes: siblingsOf(state, node) }
    default:
      return /^\S$/u.test(key) ? toLetter(state, rows, at, key) : undefined
  }
}
