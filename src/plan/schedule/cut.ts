import { add, at, filled } from './column.ts'
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

/** Work that any leg of the first wave may take: nodes that need nothing of it, in ms. */
const freeWork = (forest: Forest, first: Int32Array): number => {
  const { nodes } = forest
  const taken = new Int32Array(nodes.count)
  for (const node of first) taken[node] = 1
  let free = 0
  for (let node = 0; node < nodes.count; node++) {
    const parent = at(nodes.parent, node)
    if (parent >= 0 && at(taken, node) === 0) taken[node] = at(taken, parent)
    if (at(taken, node) === 0) free += at(nodes.cost, node)
  }
  return free
}

/**
 * About how long a cut takes, in ms. While the first wave runs, only its own components and what does not stand on them
 * can be built; later waves find enough for every leg, and what is left is spread evenly over the final build.
 */
export const estimateCut = (forest: Forest, cut: Cut, largest: number, options: ScheduleOptions): number => {
  const legs = parallelLegs(options)
  let left =
    forest.nodes.cost.reduce((sum, cost) => sum + cost, 0) + forest.leaves.cost.reduce((sum, cost) => sum + cost, 0)
  let time = options.legStartMs
  for (const [phase, nodes] of cut.slice(0, -1).entries()) {
    const components = componentsOf(forest, nodes)
    const total = components.reduce((sum, { ms }) => sum + ms, 0)
    const ms = Math.max(components.at(-1)?.ms ?? 0, total / legs)
    const usable = phase === 0 ? components.length * ms + freeWork(forest, nodes) : Infinity
    left -= Math.min(legs * ms, usable)
    time += options.legStartMs + ms
  }
  return time + Math.max(largest, left / legs)
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
