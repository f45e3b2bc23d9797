import { at, filled } from './column.ts'
import type { Forest } from './forest.ts'
import type { Room } from './limits.ts'
import type { PhaseWork } from './split.ts'

/** A leg that is being filled; pools, leaves and nodes are those of the forest. */
export type Draft = {
  readonly pool: number
  readonly slot: number
  readonly leaves: readonly number[]
  /** Nodes that it builds, parents of this phase included. */
  readonly nodes: number[]
  load: Room
}

/** A load with one target more. */
export const withTarget = (load: Room, ms: number, bytes: number): Room => ({
  ms: load.ms + ms,
  bytes: load.bytes + bytes,
  targets: load.targets + 1,
})

/** Items of a leg, before their nodes are looked up. */
export type DraftItems = { readonly pool: number; readonly slot: number; readonly items: readonly number[] }

/** Legs with every node that their items need and that no earlier phase builds. */
export const makeDrafts = (forest: Forest, work: PhaseWork, legs: readonly DraftItems[]): readonly Draft[] => {
  const { nodes, leaves } = forest
  const seenBy = filled(nodes.count, -2)
  for (const node of work.nodes) seenBy[node] = -1
  return legs.map(({ pool, slot, items }, leg): Draft => {
    const found: number[] = []
    let load: Room = { ms: 0, bytes: 0, targets: 0 }
    for (const item of items) {
      if (work.leaves) load = withTarget(load, at(leaves.cost, item), at(leaves.bytes, item))
      let node = work.leaves ? at(leaves.node, item) : item
      for (; node >= 0 && at(seenBy, node) !== -2 && at(seenBy, node) !== leg; node = at(nodes.parent, node)) {
        seenBy[node] = leg
        found.push(node)
        load = withTarget(load, at(nodes.cost, node), at(nodes.bytes, node))
      }
    }
    return { pool, slot, leaves: work.leaves ? items : [], nodes: found, load }
  })
}

/** Longest first, which is the order in which legs should start; then by pool and slot. */
export const inStartOrder = (drafts: readonly Draft[]): readonly Draft[] =>
  drafts.toSorted((a, b) => b.load.ms - a.load.ms || a.pool - b.pool || a.slot - b.slot)

/** When the last of them ends, in ms, if each starts as soon as one of `machines` is free. */
export const listSchedule = (durations: readonly number[], machines: number): number => {
  if (durations.length <= machines) return durations.reduce((longest, duration) => Math.max(longest, duration), 0)
  const ends = new Float64Array(machines)
  for (const duration of durations) {
    let first = 0
    for (let machine = 1; machine < machines; machine++) if (at(ends, machine) < at(ends, first)) first = machine
    ends[first] = at(ends, first) + duration
  }
  return ends.reduce((longest, end) => Math.max(longest, end), 0)
}
