import { filled } from './column.ts'
import { makeGroups, type Groups } from './groups.ts'

/** What a split is worked out in. */
export type SplitColumns = {
  readonly groups: Groups
  /** Leaf, or node with none above it, that the group of the same number was made for; -1 where it was merged of others. */
  readonly items: Int32Array
  /** The first of the groups above a node that were not merged yet, or -1; and the one that follows each of them. */
  readonly first: Int32Array
  readonly next: Int32Array
  /** 1 where the node is of this phase, 2 where it must be built earlier. */
  readonly mark: Int32Array
}

/** What is split, and columns of its splits that are free again. */
type Splittable = {
  readonly nodes: { readonly count: number }
  readonly leaves: { readonly count: number }
  readonly spare: SplitColumns[]
}

const makeColumns = ({ nodes, leaves }: Splittable): SplitColumns => {
  // Where there are leaves, every node has one above it, and is no group of its own.
  const groups = makeGroups(Math.max(nodes.count, leaves.count))
  const [items, next] = [filled(groups.up.length, -1), new Int32Array(groups.up.length)]
  return { groups, items, next, first: filled(nodes.count, -1), mark: filled(nodes.count, 0) }
}

/** Columns for a split of any part of a forest: some that are free again, since new ones each time would be much garbage. */
export const takeColumns = (forest: Splittable): SplitColumns => {
  const columns = forest.spare.pop()
  if (columns === undefined) return makeColumns(forest)
  columns.items.fill(-1, 0, columns.groups.count)
  columns.groups.count = 0
  columns.first.fill(-1)
  columns.mark.fill(0)
  return columns
}

/** Frees the columns of a split that nobody reads any more. */
export const freeColumns = (forest: Splittable, { columns }: { readonly columns: SplitColumns }): void => {
  forest.spare.push(columns)
}
