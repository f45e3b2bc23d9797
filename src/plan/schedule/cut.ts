import { add, at, filled, sum } from './column.ts'
import { runWave, type Flow } from './flow.ts'
import type { Forest } from './forest.ts'
import { parallelLegs } from './limits.ts'
import type { ScheduleOptions } from './work.ts'

/** Which nodes are built in which phase, before legs take work ahead: for each phase, ascending, the final build last. */
export type Cut = readonly Int32Array[]

/** What one phase consists of: nodes that are connected within it, which one leg builds, or several that repeat some. */
export type Component = { readonly ms: number; readonly nodes: readonly number[] }

const rootsOf = (forest: Forest, nodes: Int32Array): Int32Array => {
  const root = filled(forest.nodes.count, -1)
  for (const node of nodes) {
    const parent = at(forest.nodes.parent, node)
    root[node] = parent >= 0 && at(root, parent) >= 0 ? at(root, parent) : node
  }
  return root
}

/** The components of a phase, smallest first. */
export const componentsOf = (forest: Forest, nodes: Int32Array): readonly Component[] => {
  const root = rootsOf(forest, nodes)
  const members = new Map<number, number[]>()
  for (const node of nodes) {
    const known = members.get(at(root, node))
    if (known === undefined) members.set(at(root, node), [node])
    else known.push(node)
  }
  const sizeOf = (list: readonly number[]): number => list.reduce((sum, node) => sum + at(forest.nodes.cost, node), 0)
  return [...members.values()].map((list) => ({ ms: sizeOf(list), nodes: list })).sort((a, b) => a.ms - b.ms)
}

/** What stands on each component, by its root, and on none (at the end), in ms: nodes of the last phase, in no wave. */
const filling = (forest: Forest, cut: Cut): Float64Array => {
  const { count, parent, cost } = forest.nodes
  const root = filled(count, -1)
  for (const nodes of cut.slice(0, -1)) {
    const roots = rootsOf(forest, nodes)
    for (const node of nodes) root[node] = at(roots, node)
  }
  const amounts = new Float64Array(count + 1)
  const last = filled(count, 0)
  for (const node of cut.at(-1) ?? []) last[node] = 1
  for (let node = 0; node < count; node++) {
    if (at(last, node) === 0) continue
    const below = at(parent, node)
    root[node] = below < 0 ? count : at(root, below)
    add(amounts, at(root, node), at(cost, node))
  }
  return amounts
}

/** About how long a cut takes, in ms, as if all but the waves' components could be divided at will: see Flow. */
export const estimateCut = (forest: Forest, cut: Cut, largest: number, options: ScheduleOptions): number => {
  const legs = parallelLegs(options)
  const amounts = filling(forest, cut)
  const work = sum(forest.nodes.cost) + sum(forest.leaves.cost)
  let flow: Flow = { time: 0, left: work, ready: at(amounts, forest.nodes.count) }
  for (const nodes of cut.slice(0, -1)) {
    const parts = componentsOf(forest, nodes).map(({ ms, nodes: [root = 0] }) => ({ ms, behind: at(amounts, root) }))
    flow = runWave(flow, parts, legs, options.legStartMs)
  }
  return flow.time + options.legStartMs + Math.max(largest, flow.left / legs)
}

/** Shares of a wave's components that are worth a wave of their own before the others. */
const SHARES = [0.25, 0.5, 0.75]

/**
 * The same cut with one wave more: the smaller components of a wave come first, so that, while the larger ones run, all
 * other legs can already go on with what stands on the smaller ones.
 */
export const withEarlyStart = (forest: Forest, cut: Cut): readonly Cut[] =>
  cut.slice(0, -1).flatMap((nodes, phase) => {
    const components = componentsOf(forest, nodes)
    const counts = new Set(SHARES.map((share) => Math.round(share * components.length)))
    return [...counts]
      .filter((count) => count > 0 && count < components.length)
      .map((count): Cut => {
        const early = new Int32Array(forest.nodes.count)
        for (const component of components.slice(0, count)) for (const node of component.nodes) add(early, node, 1)
        const [sooner, later] = [1, 0].map((wanted) => nodes.filter((node) => at(early, node) === wanted))
        return [...cut.slice(0, phase), sooner ?? nodes, later ?? nodes, ...cut.slice(phase + 1)]
      })
  })
