import { add, at, filled, sum } from './column.ts'
import { runWave, type Flow, type Part } from './flow.ts'
import type { Forest } from './forest.ts'
import { mostRuns, parallelLegs } from './limits.ts'
import type { ScheduleOptions } from './work.ts'

/** Gates that are placed one by one: each one more makes up to four times as many ways to place them. */
const MOST_GATES = 8

/** Some of the shared nodes that may run once only, those below first; times in ms. */
type Gates = {
  readonly count: number
  /** The next gate below, or -1. */
  readonly parent: Int32Array
  readonly cost: Float64Array
  /** Nodes behind a gate and no other above it; at the end those behind none. */
  readonly behind: Float64Array
  /** Leaves, likewise. */
  readonly leaves: Float64Array
}

/** The gates with most work above, in that order. A gate has more of it than those above, so it stands before them. */
const heaviestGates = ({ nodes }: Forest, options: ScheduleOptions): Int32Array =>
  Int32Array.from(nodes.cost.keys())
    .filter((node) => at(nodes.users, node) > 1 && mostRuns(at(nodes.cost, node), options) === 1)
    .sort((a, b) => at(nodes.weight, b) - at(nodes.weight, a) || a - b)
    .slice(0, MOST_GATES)

/** Gates with what is behind them; all other work counts as if it could be divided at will. */
const gatesOf = ({ nodes, leaves }: Forest, heaviest: Int32Array): Gates => {
  const count = heaviest.length
  const gate = filled(nodes.count, -1)
  for (const [index, node] of heaviest.entries()) gate[node] = index
  const gates = { count, parent: filled(count, -1), cost: new Float64Array(count) }
  const [behind, above] = [new Float64Array(count + 1), new Float64Array(count + 1)]
  /** The gate that each node is behind, itself included. */
  const last = filled(nodes.count, count)
  for (let node = 0; node < nodes.count; node++) {
    const below = at(nodes.parent, node)
    const [own, next] = [at(gate, node), below < 0 ? count : at(last, below)]
    last[node] = own < 0 ? next : own
    if (own < 0) add(behind, next, at(nodes.cost, node))
    else {
      gates.cost[own] = at(nodes.cost, node)
      gates.parent[own] = next === count ? -1 : next
    }
  }
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    const node = at(leaves.node, leaf)
    add(above, node < 0 ? count : at(last, node), at(leaves.cost, leaf))
  }
  return { ...gates, behind, leaves: above }
}

/** What gates of one phase build together: a gate and those of that phase above it are one leg's. */
const partsOf = (
  gates: Gates,
  stage: Int32Array,
  phase: number,
  behindOf: (gate: number) => number,
): readonly Part[] => {
  const parts: { ms: number; behind: number }[] = []
  const place = filled(gates.count, -1)
  for (let gate = 0; gate < gates.count; gate++) {
    if (at(stage, gate) !== phase) continue
    const parent = at(gates.parent, gate)
    const known = parent < 0 ? -1 : at(place, parent)
    const index = known < 0 ? parts.push({ ms: 0, behind: 0 }) - 1 : known
    place[gate] = index
    const part = parts[index]
    if (part === undefined) continue
    part.ms += at(gates.cost, gate)
    part.behind += behindOf(gate)
  }
  return parts
}

/** What a schedule takes at least that builds the gates in these phases. */
const boundOf = (gates: Gates, stage: Int32Array, start: Flow, last: number, options: ScheduleOptions): number => {
  const legs = parallelLegs(options)
  let flow = start
  for (let wave = 0; wave < last; wave++) {
    const parts = partsOf(gates, stage, wave, (gate) => at(gates.behind, gate))
    if (parts.length > 0) flow = runWave(flow, parts, legs, options.legStartMs)
  }
  const parts = partsOf(gates, stage, last, (gate) => at(gates.behind, gate) + at(gates.leaves, gate))
  const longest = parts.reduce((most, { ms, behind }) => Math.max(most, ms + behind), 0)
  return flow.time + options.legStartMs + Math.max(flow.left / legs, longest)
}

/**
 * A makespan (ms) that no schedule can be below which keeps to the repeat rule, to waves, and to leaves in the final build
 * only: the least over all ways to place the heaviest gates in phases, with all other work divided at will; or `known`, a
 * bound that is known, as soon as some way does not exceed that. Each gate is built by one leg, and what stands on it by
 * that leg too, or in a later phase. Branch and bound: a way to place the first gates takes no longer than those after it.
 */
export const phaseBound = (forest: Forest, known: number, options: ScheduleOptions): number => {
  if (forest.leaves.count === 0) return known
  const heaviest = heaviestGates(forest, options)
  const levels = Array.from({ length: heaviest.length + 1 }, (_, count) => gatesOf(forest, heaviest.slice(0, count)))
  const last = options.waves === 'auto' ? 3 : options.waves
  const left = sum(forest.nodes.cost) + sum(forest.leaves.cost)
  const stage = filled(heaviest.length, 0)
  const boundAt = (level: number): number => {
    const gates = levels[level]
    return gates === undefined
      ? 0
      : boundOf(gates, stage, { time: 0, left, ready: at(gates.behind, level) }, last, options)
  }
  /** The least with so many gates placed, if that is below `best`. */
  const leastFrom = (level: number, best: number): number => {
    const parent = at(levels[level + 1]?.parent ?? stage, level)
    const lowest = parent < 0 ? 0 : at(stage, parent)
    const ways = Array.from({ length: last + 1 - lowest }, (_, index) => {
      stage[level] = lowest + index
      return { phase: lowest + index, bound: boundAt(level + 1) }
    })
    let least = best
    for (const { phase, bound } of ways.sort((a, b) => a.bound - b.bound)) {
      if (bound >= least || least <= known) break
      stage[level] = phase
      least = level + 1 === heaviest.length ? bound : leastFrom(level + 1, least)
    }
    return least
  }
  return Math.max(known, heaviest.length === 0 ? boundAt(0) : leastFrom(0, Infinity))
}
