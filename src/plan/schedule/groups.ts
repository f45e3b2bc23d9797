import { add, at } from './column.ts'
import type { Room } from './limits.ts'

/**
 * Work that must or shall stay together, in columns. A group that was merged into a later one says so in `up`; those
 * that were not are atoms, which is what gets packed into legs.
 */
export type Groups = {
  count: number
  readonly ms: Float64Array
  readonly bytes: Float64Array
  readonly targets: Int32Array
  /** What it would take if nothing of it were built ahead, in ms: decides the order of packing, and seldom changes. */
  readonly size: Float64Array
  readonly pool: Int32Array
  /** From an id that stays the same when other work comes or goes. */
  readonly hash: Int32Array
  /** The group that it was merged into, or -1. */
  readonly up: Int32Array
}

/** Room for so many groups and those they are merged into: a merge joins at least two, so there are never twice as many. */
export const makeGroups = (items: number): Groups => ({
  count: 0,
  ms: new Float64Array(2 * items),
  bytes: new Float64Array(2 * items),
  targets: new Int32Array(2 * items),
  size: new Float64Array(2 * items),
  pool: new Int32Array(2 * items),
  hash: new Int32Array(2 * items),
  up: new Int32Array(2 * items),
})

/** A new group, by number. */
export const addGroup = (groups: Groups, load: Room, pool: number, hash: number): number => {
  const group = groups.count++
  groups.ms[group] = load.ms
  groups.bytes[group] = load.bytes
  groups.targets[group] = load.targets
  groups.size[group] = load.ms
  groups.pool[group] = pool
  groups.up[group] = -1
  groups.hash[group] = hash
  return group
}

/** Adds to what a group carries. */
export const addLoad = (groups: Groups, group: number, { ms, bytes, targets }: Room): void => {
  add(groups.ms, group, ms)
  add(groups.size, group, ms)
  add(groups.bytes, group, bytes)
  add(groups.targets, group, targets)
}

/** What one group carries. */
export const loadOf = (groups: Groups, group: number): Room => ({
  ms: at(groups.ms, group),
  bytes: at(groups.bytes, group),
  targets: at(groups.targets, group),
})

/** What several groups carry. */
export const sumOf = (groups: Groups, members: ArrayLike<number>): Room => {
  let [ms, bytes, targets] = [0, 0, 0]
  for (let index = 0; index < members.length; index++) {
    const group = members[index] ?? 0
    ms += at(groups.ms, group)
    bytes += at(groups.bytes, group)
    targets += at(groups.targets, group)
  }
  return { ms, bytes, targets }
}

/** One group of several, and a load that they carry together. A single one stays what it is, so that its id does too. */
export const mergeGroups = (groups: Groups, members: readonly number[], carried: Room, hash: number): number => {
  const [first = 0] = members
  if (members.length === 1) {
    addLoad(groups, first, carried)
    return first
  }
  const merged = addGroup(groups, sumOf(groups, members), at(groups.pool, first), hash)
  addLoad(groups, merged, carried)
  let size = carried.ms
  for (const member of members) {
    groups.up[member] = merged
    size += at(groups.size, member)
  }
  groups.size[merged] = size
  return merged
}

/** The load (ms) of the largest of several groups. */
export const largestAtom = (groups: Groups, atoms: Int32Array): number =>
  atoms.reduce((most, atom) => Math.max(most, at(groups.ms, atom)), 0)
