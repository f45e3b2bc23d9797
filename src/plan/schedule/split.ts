import { at, indexesOf } from './column.ts'
import type { Forest } from './forest.ts'
import { addGroup, addLoad, largestAtom, loadOf, mergeGroups, sumOf } from './groups.ts'
import { mostRuns, type Room } from './limits.ts'
import { packFewest, packingOrder } from './packing.ts'
import { mix } from './rank.ts'
import { freeColumns, takeColumns, type SplitColumns } from './split-columns.ts'
import type { ScheduleOptions } from './work.ts'

/** Work of one phase: nodes, ascending, with all of their parents that are not built earlier; and perhaps all leaves. */
export type PhaseWork = { readonly nodes: Int32Array; readonly leaves: boolean }

/** What all work of a phase takes, in ms. */
export const workTotal = (forest: Forest, { nodes, leaves }: PhaseWork): number => {
  let total = leaves ? forest.leaves.cost.reduce((sum, cost) => sum + cost, 0) : 0
  for (const node of nodes) total += at(forest.nodes.cost, node)
  return total
}

/** What a phase's work falls into. */
export type Split = {
  readonly columns: SplitColumns
  /** What gets packed: groups that were not merged. */
  readonly atoms: Int32Array
  /** Nodes that have to be built in an earlier phase, ascending. */
  readonly cut: Int32Array
}

type State = SplitColumns & {
  readonly forest: Forest
  readonly options: ScheduleOptions
  readonly room: Room
  readonly mayCut: boolean
}

const within = (load: Room, own: Room, room: Room): boolean =>
  load.ms + own.ms <= room.ms && load.bytes + own.bytes <= room.bytes && load.targets + own.targets <= room.targets

/** Hands a group to the node below it, if that is of this phase; else it stays an atom. */
const release = ({ mark, first, next }: State, below: number, group: number): void => {
  if (below < 0 || at(mark, below) === 0) return
  next[group] = at(first, below)
  first[below] = group
}

const groupsAbove = ({ first, next }: State, node: number): readonly number[] => {
  const above: number[] = []
  for (let group = at(first, node); group >= 0; group = at(next, group)) above.push(group)
  return above
}

const addItem = (state: State, item: number, load: Room, pool: number, hash: number): number => {
  const group = addGroup(state.groups, load, pool, hash)
  state.items[group] = item
  return group
}

const addLeaves = (state: State): void => {
  const { count, cost, bytes, pool, hash, node, own } = state.forest.leaves
  for (let leaf = 0; leaf < count; leaf++) {
    const load = { ms: at(cost, leaf), bytes: at(bytes, leaf), targets: 1 }
    const group = addItem(state, leaf, load, at(pool, leaf), at(hash, leaf))
    state.groups.size[group] = at(own, leaf)
    release(state, at(node, leaf), group)
  }
}

const less = (room: Room, own: Room, factor: number): Room => ({
  ms: Math.max(0, room.ms * factor - own.ms),
  bytes: Math.max(0, room.bytes * factor - own.bytes),
  targets: Math.max(0, room.targets * factor - own.targets),
})

/**
 * What is above a node, in parts that each carry the node: as few as fit, undefined where the repeat rule forbids so
 * many. With `force` limits yield instead, step by step.
 */
const partsOf = (
  state: State,
  above: readonly number[],
  own: Room,
  force: boolean,
): readonly (readonly number[])[] | undefined => {
  const runs = mostRuns(own.ms, state.options)
  if (runs === 1) return force ? [[...above]] : undefined
  const order = packingOrder(state.groups, above, 'stable')
  for (let factor = 1; ; factor *= 1.1) {
    const room = less(state.room, own, factor)
    const largest = above.every((group) =>
      within(loadOf(state.groups, group), own, less(state.room, { ms: 0, bytes: 0, targets: 0 }, factor)),
    )
    const packing = largest ? packFewest(state.groups, order, room, runs) : undefined
    if (packing !== undefined) {
      const parts = Array.from({ length: packing.slots }, (): number[] => [])
      for (const [index, group] of order.entries()) parts[at(packing.slotOf, index)]?.push(group)
      return parts.filter((part) => part.length > 0)
    }
    if (!force) return undefined
  }
}

/** Groups above a node that has to be built earlier stay atoms, and all of its parents must be built earlier too. */
const cutNode = ({ mark, forest }: State, node: number): void => {
  const parent = at(forest.nodes.parent, node)
  mark[node] = 2
  if (parent >= 0 && at(mark, parent) !== 0) mark[parent] = 2
}

const visit = (state: State, node: number): void => {
  const { forest, groups, mark, first, next } = state
  const { parent, hash, cost, bytes, pool } = forest.nodes
  const own: Room = { ms: at(cost, node), bytes: at(bytes, node), targets: 1 }
  const below = at(parent, node)
  const group = at(first, node)
  if (at(mark, node) === 2) cutNode(state, node)
  else if (group < 0) release(state, below, addItem(state, node, own, at(pool, node), at(hash, node)))
  else if (at(next, group) < 0 && within(loadOf(groups, group), own, state.room)) {
    addLoad(groups, group, own)
    release(state, below, group)
  } else {
    const above = groupsAbove(state, node)
    const whole = within(sumOf(groups, above), own, state.room)
    const parts = whole ? [above] : partsOf(state, above, own, !state.mayCut)
    if (parts === undefined) cutNode(state, node)
    else {
      for (const [index, part] of parts.entries()) {
        release(state, below, mergeGroups(groups, part, own, whole ? at(hash, node) : mix(at(hash, node), index)))
      }
    }
  }
}

/**
 * Splits the work of a phase into parts that fit into a room. Whole subtrees stay together where they fit; below that,
 * nodes are repeated as the rule allows; and what can be neither is cut, if it may be: built earlier. Where it may not,
 * the room yields before the repeat rule does. Whoever is done with a split frees its columns.
 */
export const splitWork = (
  forest: Forest,
  work: PhaseWork,
  options: ScheduleOptions,
  room: Room,
  mayCut: boolean,
): Split => {
  const columns = takeColumns(forest)
  const { groups, mark } = columns
  for (const node of work.nodes) mark[node] = 1
  const state: State = { forest, options, room, mayCut, ...columns }
  if (work.leaves) addLeaves(state)
  for (let index = work.nodes.length - 1; index >= 0; index--) visit(state, at(work.nodes, index))
  return { columns, atoms: indexesOf(groups.up.subarray(0, groups.count), -1), cut: indexesOf(mark, 2) }
}

/** What would have to be built earlier, and the load (ms) of the largest part, if work were split into that room. */
export const outlineSplit = (
  ...given: Parameters<typeof splitWork>
): Pick<Split, 'cut'> & { readonly largest: number } => {
  const split = splitWork(...given)
  const largest = largestAtom(split.columns.groups, split.atoms)
  freeColumns(given[0], split)
  return { cut: split.cut, largest }
}
