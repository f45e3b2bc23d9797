import { add, at, numberColumn, sum } from './column.ts'
import type { Forest } from './forest.ts'
import { mostRuns, parallelLegs } from './limits.ts'
import type { ScheduleOptions } from './work.ts'

/** What a leaf needs that no other leaf does: its dearest piece, in ms. */
const dearestPiece = ({ nodes, leaves }: Forest, leaf: number): number => {
  let piece = at(leaves.cost, leaf)
  for (let node = at(leaves.node, leaf); node >= 0 && at(nodes.users, node) === 1; node = at(nodes.parent, node)) {
    piece = Math.max(piece, at(nodes.cost, node))
  }
  return piece
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

/** The two at the end of the first `machines` and one more, in descending order: they share a machine. */
const crowded = (values: Float64Array, machines: number): number => {
  const sorted = values.toSorted().reverse()
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
  const whole = crowded(leaves.own, machines)
  const dearest = numberColumn(leaves.count, (leaf) => dearestPiece(forest, leaf))
  const pieces = crowded(dearest, machines) + options.legStartMs
  const even = (sum(nodes.cost) + sum(leaves.cost)) / machines
  return options.legStartMs + Math.max(criticalPath(forest), even, Math.min(whole, pieces))
}

/** Nodes that may run once only, those first that take longest to reach and to run: their indexes, and that time in ms. */
const gatesOf = ({ nodes }: Forest, options: ScheduleOptions) => {
  const path = new Float64Array(nodes.count)
  for (let node = 0; node < nodes.count; node++) {
    const parent = at(nodes.parent, node)
    path[node] = at(nodes.cost, node) + (parent < 0 ? 0 : at(path, parent))
  }
  const gates = Int32Array.from(nodes.cost.keys()).filter((node) => mostRuns(at(nodes.cost, node), options) === 1)
  return { gates: gates.sort((a, b) => at(path, b) - at(path, a) || b - a), path }
}

/**
 * A makespan (ms) that no schedule can be below which keeps to the repeat rule. Take all gates that are reached after a
 * certain time, of each chain the lowest. Until then each of them keeps one machine busy, and the others have only what
 * is behind none of them; what they wait is lost.
 */
export const gateBound = (forest: Forest, options: ScheduleOptions): number => {
  const { nodes } = forest
  const { legStartMs: start } = options
  const machines = parallelLegs(options)
  const total = sum(nodes.cost) + sum(forest.leaves.cost)
  const { gates, path } = gatesOf(forest, options)
  // Of the gates taken so far, how many are at or above each node, and what is behind them.
  const [count, behind] = [new Int32Array(nodes.count), new Float64Array(nodes.count)]
  let [taken, work, longest] = [0, 0, 0]
  for (const gate of gates) {
    const [more, weight] = [1 - at(count, gate), at(nodes.weight, gate) - at(behind, gate)]
    for (let node = gate; node >= 0; node = at(nodes.parent, node)) {
      add(count, node, more)
      add(behind, node, weight)
    }
    taken += more
    work += weight
    const reached = at(path, gate)
    const boundWith = (idle: number): number =>
      start + (total + Math.max(0, (machines - taken) * idle - (total - work))) / machines
    const plain = boundWith(reached)
    // Who works behind a gate without having run it does so in a later phase, whose legs start after the gate.
    longest = Math.max(longest, plain >= 2 * start + reached ? boundWith(reached + start) : plain)
  }
  return longest
}
