import { add, at, filled, numberColumn, wholeColumn } from './column.ts'
import { hashOf } from './rank.ts'
import type { SplitColumns } from './split-columns.ts'
import type { WorkLeaf, WorkNode } from './work.ts'

/**
 * The work, in columns and in an order of its own: by ids, whatever the order of the input. Parents stand before their
 * children, and nodes that no leaf needs are left out. Indexes that do not exist are -1.
 */
export type Forest = {
  readonly pools: readonly string[]
  /** Columns that splits of it used and that are free again. */
  readonly spare: SplitColumns[]
  readonly nodes: NodeColumns
  readonly leaves: LeafColumns
}

type Columns = {
  readonly count: number
  /** Index in the input. */
  readonly input: Int32Array
  readonly pool: Int32Array
  readonly hash: Int32Array
  /** ms */
  readonly cost: Float64Array
  readonly bytes: Float64Array
}

/** Nodes; see Forest. */
export type NodeColumns = Columns & {
  readonly parent: Int32Array
  /** Cost of everything below and of itself, leaves included, in ms. */
  readonly weight: Float64Array
  /** How many leaves need it. */
  readonly users: Int32Array
}

/** Leaves; see Forest. */
export type LeafColumns = Columns & {
  readonly node: Int32Array
  /** Cost of itself and of all nodes that no other leaf needs, in ms. */
  readonly own: Float64Array
}

type Entry = Pick<WorkNode, 'id' | 'pool' | 'cost' | 'bytes'>

/** Indexes of those that are kept, by depth and then by id. */
const orderOf = (entries: readonly Entry[], hash: Int32Array, depth: Int32Array): Int32Array =>
  wholeColumn(entries.length, (index) => index)
    .filter((index) => at(depth, index) >= 0)
    .sort((a, b) => {
      const order = at(depth, a) - at(depth, b) || at(hash, a) - at(hash, b)
      if (order !== 0) return order
      const [one = '', other = ''] = [entries[a]?.id, entries[b]?.id]
      return one < other ? -1 : one > other ? 1 : a - b
    })

const columnsOf = (entries: readonly Entry[], pools: ReadonlyMap<string, number>, depth: Int32Array): Columns => {
  const hashes = wholeColumn(entries.length, (index) => hashOf(entries[index]?.id ?? ''))
  const input = orderOf(entries, hashes, depth)
  const entryAt = (index: number): Entry | undefined => entries[at(input, index)]
  return {
    count: input.length,
    input,
    pool: wholeColumn(input.length, (index) => pools.get(entryAt(index)?.pool ?? '') ?? 0),
    hash: wholeColumn(input.length, (index) => at(hashes, at(input, index))),
    cost: numberColumn(input.length, (index) => Math.max(0, entryAt(index)?.cost ?? 0)),
    bytes: numberColumn(input.length, (index) => Math.max(0, entryAt(index)?.bytes ?? 0)),
  }
}

/** Depth of every node that some leaf needs, 0 for those without a parent, -1 for all others. */
const depthsOf = (nodes: readonly WorkNode[], leaves: readonly WorkLeaf[]): Int32Array => {
  const needed = new Int32Array(nodes.length)
  for (const { node } of leaves) if (node !== undefined) needed[node] = 1
  for (let index = nodes.length - 1; index >= 0; index--) {
    const parent = nodes[index]?.parent
    if (parent !== undefined && at(needed, index) === 1) needed[parent] = 1
  }
  const depth = filled(nodes.length, -1)
  for (const [index, { parent }] of nodes.entries()) {
    if (at(needed, index) === 1) depth[index] = parent === undefined ? 0 : at(depth, parent) + 1
  }
  return depth
}

/** Adds up what is below every node. */
const sumUp = (nodes: NodeColumns, leaves: LeafColumns): void => {
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    const node = at(leaves.node, leaf)
    if (node < 0) continue
    add(nodes.weight, node, at(leaves.cost, leaf))
    add(nodes.users, node, 1)
  }
  for (let node = nodes.count - 1; node >= 0; node--) {
    add(nodes.weight, node, at(nodes.cost, node))
    const parent = at(nodes.parent, node)
    if (parent < 0) continue
    add(nodes.weight, parent, at(nodes.weight, node))
    add(nodes.users, parent, at(nodes.users, node))
  }
}

const sumOwn = (nodes: NodeColumns, { count, node: highest, own }: LeafColumns): void => {
  for (let leaf = 0; leaf < count; leaf++) {
    let node = at(highest, leaf)
    for (; node >= 0 && at(nodes.users, node) === 1; node = at(nodes.parent, node)) add(own, leaf, at(nodes.cost, node))
  }
}

/** Brings the work into columns. */
export const makeForest = (nodes: readonly WorkNode[], leaves: readonly WorkLeaf[]): Forest => {
  const names = new Set<string>()
  for (const { pool } of nodes) names.add(pool)
  for (const { pool } of leaves) names.add(pool)
  const pools = [...names].sort()
  const numbers = new Map(pools.map((pool, index) => [pool, index]))
  const columns = columnsOf(nodes, numbers, depthsOf(nodes, leaves))
  const place = filled(nodes.length, -1)
  for (const [index, input] of columns.input.entries()) place[input] = index
  const placeOf = (input: number | undefined): number => (input === undefined ? -1 : at(place, input))
  const nodeColumns: NodeColumns = {
    ...columns,
    parent: columns.input.map((input) => placeOf(nodes[input]?.parent)),
    weight: new Float64Array(columns.count),
    users: new Int32Array(columns.count),
  }
  const items = columnsOf(leaves, numbers, filled(leaves.length, 0))
  const leafColumns: LeafColumns = {
    ...items,
    node: items.input.map((input) => placeOf(leaves[input]?.node)),
    own: items.cost.slice(),
  }
  sumUp(nodeColumns, leafColumns)
  sumOwn(nodeColumns, leafColumns)
  return { pools, spare: [], nodes: nodeColumns, leaves: leafColumns }
}
