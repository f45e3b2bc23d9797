import { at } from './column.ts'
import type { Forest } from './forest.ts'
import { parallelLegs } from './limits.ts'
import type { ScheduleOptions } from './work.ts'

/** What a leaf needs that no other leaf does: all of it, and its dearest piece, in ms. */
type Own = { readonly all: number; readonly piece: number }

const ownOf = ({ nodes, leaves }: Forest, leaf: number): Own => {
  let all = at(leaves.cost, leaf)
  let piece = all
  for (let node = at(leaves.node, leaf); node >= 0 && at(nodes.users, node) === 1; node = at(nodes.parent, node)) {
    all += at(nodes.cost, node)
    piece = Math.max(piece, at(nodes.cost, node))
  }
  return { all, piece }
}

/** The dearest way from a root to a leaf, leaf included, in ms. */
const criticalPath = ({ nodes, leaves }: Forest): number => {
  const below = new Float64Array(nodes.count)
  for (let node = 0; node < nodes.count; node++) {
    const parent = at(nodes.parent, node)
    below[node] = at(nodes.cost, node) + (parent < 0 ? 0 : at(below, parent))
  }
  let longest = 0
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    const node = at(leaves.node, leaf)
    longest = Math.max(longest, at(leaves.cost, leaf) + (node < 0 ? 0 : at(below, node)))
  }
  return longest
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/** The two at the end of the first `machines` and one more, in descending order: they share a machine. */
const crowded = (values: readonly number[], machines: number): number => {
  const sorted = Float64Array.from(values).sort().reverse()
  return sorted.length > machines ? at(sorted, machines - 1) + at(sorted, machines) : 0
}

/**
 * A makespan (ms) that no schedule can be below: the start of a leg, and the longest of the dearest chain, all distinct
 * work spread evenly, and two of the dearest leaves that have to share a machine. The latter may also split their work
 * over two phases: then a start is added, and their dearest pieces still follow one another.
 */
export const lowerBound = (forest: Forest, options: ScheduleOptions): number => {
  const { nodes, leaves } = forest
  if (leaves.count === 0) return 0
  const machines = parallelLegs(options)
  const own = Array.from({ length: leaves.count }, (_, leaf) => ownOf(forest, leaf))
  const whole = crowded(
    own.map(({ all }) => all),
    machines,
  )
  const pieces =
    crowded(
      own.map(({ piece }) => piece),
      machines,
    ) + options.legStartMs
  const even = (sum(nodes.cost) + sum(leaves.cost)) / machines
  return options.legStartMs + Math.max(criticalPath(forest), even, Math.min(whole, pieces))
}
