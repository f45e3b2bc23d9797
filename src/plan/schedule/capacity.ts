import { at } from './column.ts'
import { sumOf, type Groups } from './groups.ts'
import { coarseValue, gridValue, legRoom, parallelLegs, type Room } from './limits.ts'
import { packFewest, packingOrder, packInto, type Packing, type PackingStyle } from './packing.ts'
import type { Split } from './split.ts'
import type { ScheduleOptions } from './work.ts'

/** Atoms of one pool, in the order in which each style packs them. */
type Ordered = {
  readonly pool: number
  readonly order: Readonly<Record<'stable' | 'dense', Int32Array>>
  readonly sum: Room
}
/** Atoms of one pool, packed: `slotOf` goes with `order`. */
export type Packed = Packing & { readonly pool: number; readonly order: Int32Array }

/** Above that many atoms, dense packing is not worth its time: small ones fill the gaps anyway. */
const MOST_DENSE = 2_000
/** How many grid steps more the stable packing may take than the dense one. */
const STABLE_STEPS = 2
/** Grid steps until a capacity is tried with one more round of legs. */
const MOST_STEPS = 80

const orderedPools = ({ columns: { groups }, atoms }: Split): readonly Ordered[] => {
  const pools = new Set<number>()
  for (let index = 0; index < atoms.length; index++) pools.add(at(groups.pool, at(atoms, index)))
  return [...pools]
    .sort((a, b) => a - b)
    .map((pool) => {
      const list = pools.size === 1 ? atoms : atoms.filter((atom) => at(groups.pool, atom) === pool)
      const stable = packingOrder(groups, list, 'stable')
      const dense = list.length > MOST_DENSE ? stable : packingOrder(groups, list, 'dense')
      return { pool, order: { stable, dense }, sum: sumOf(groups, stable) }
    })
}

/** Packs every pool into as few slots as do, all together at most `most`. */
const packPools = (
  groups: Groups,
  pools: readonly Ordered[],
  room: Room,
  most: number,
  style: 'stable' | 'dense',
): readonly Packed[] | undefined => {
  const packed: Packed[] = []
  let left = most
  for (const [index, { pool, order }] of pools.entries()) {
    const others = pools.length - index - 1
    const packing = packFewest(groups, order[style], room, left - others, style)
    if (packing === undefined) return undefined
    packed.push({ ...packing, pool, order: order[style] })
    left -= packing.slots
  }
  return packed
}

/** Atoms that are packed, and the load (ms) that no leg is above, unless it has but one atom. */
export type PackedPhase = {
  readonly packed: readonly Packed[]
  readonly capacity: number
  readonly style: PackingStyle
}

/** The smallest capacity on the grid at which all fits into `most` legs, stable if that costs next to nothing. */
const searchCapacity = (
  groups: Groups,
  pools: readonly Ordered[],
  room: Room,
  lowest: number,
  most: number,
): PackedPhase | undefined => {
  let dense: PackedPhase | undefined
  let stepsAfter = 0
  const mayBeDense = pools.every(({ order }) => order.dense.length <= MOST_DENSE)
  for (let step = 0; step <= MOST_STEPS && stepsAfter <= STABLE_STEPS; step++) {
    const ms = Math.min(gridValue(lowest, step), Math.max(room.ms, lowest))
    const stable = packPools(groups, pools, { ...room, ms }, most, 'stable')
    if (stable !== undefined) return { packed: stable, capacity: ms, style: 'stable' }
    if (dense !== undefined) stepsAfter += 1
    else if (mayBeDense) {
      const packed = packPools(groups, pools, { ...room, ms }, most, 'dense')
      if (packed !== undefined) dense = { packed, capacity: ms, style: 'dense' }
    }
    if (ms >= room.ms) break
  }
  return dense
}

const roundsOf = (pools: readonly Ordered[], room: Room, legs: number): number => {
  const least = pools.map(({ sum }) =>
    Math.ceil(Math.max(sum.ms / room.ms, sum.bytes / room.bytes, sum.targets / room.targets, 1) - 1e-9),
  )
  return Math.max(1, Math.ceil(least.reduce((total, slots) => total + slots, 0) / legs))
}

/** Packs atoms into legs: rounds of as many as run at the same time, as few rounds as the limits allow. */
export const packPhase = (split: Split, options: ScheduleOptions): PackedPhase => {
  const { atoms } = split
  const { groups } = split.columns
  const pools = orderedPools(split)
  const room = legRoom(options)
  const legs = parallelLegs(options)
  const total = pools.reduce((sum, pool) => sum + pool.sum.ms, 0)
  const largest = atoms.reduce((most, atom) => Math.max(most, at(groups.ms, atom)), 1)
  for (let rounds = roundsOf(pools, room, legs); ; rounds++) {
    const lowest = Math.max(Math.min(largest, room.ms), total / (rounds * legs))
    const found = searchCapacity(groups, pools, room, lowest, rounds * legs)
    if (found !== undefined) return found
  }
}

/**
 * Packs once more with so much more room (ms): into fewer legs if they do, and up to a load that a little more or less
 * work does not change.
 */
export const repackPhase = (split: Split, packed: PackedPhase, more: number, options: ScheduleOptions): PackedPhase => {
  const room = legRoom(options)
  const most = Math.min(packed.capacity + more, Math.max(room.ms, packed.capacity))
  const ms = Math.max(packed.capacity, coarseValue(most))
  const slots = packed.packed.reduce((sum, packing) => sum + packing.slots, 0)
  const pools = orderedPools(split)
  const again = packPools(split.columns.groups, pools, { ...room, ms }, slots, 'stable')
  return again === undefined ? packed : { ...packed, packed: again, capacity: ms }
}

/** How many legs each pool gets of so many: one more at a time, where each has most to do. */
const sharePools = (pools: readonly Ordered[], legs: number): readonly number[] => {
  const shares = pools.map(() => 1)
  const loadOf = ({ sum, order }: Ordered, index: number): number => {
    const share = shares[index] ?? 1
    return share < order.stable.length ? sum.ms / share : -1
  }
  for (let left = legs - pools.length; left > 0; left--) {
    const loads = pools.map(loadOf)
    const most = loads.indexOf(Math.max(...loads))
    if ((loads[most] ?? -1) < 0) break
    shares[most] = (shares[most] ?? 1) + 1
  }
  return shares
}

/** Packs once more, evenly and into as many legs as run at the same time: each then has time for what stands on its own. */
export const spreadAtoms = (split: Split, packed: PackedPhase, options: ScheduleOptions): PackedPhase => {
  const pools = orderedPools(split)
  const legs = parallelLegs(options)
  if (packed.packed.reduce((sum, { slots }) => sum + slots, 0) >= legs) return packed
  const shares = sharePools(pools, legs)
  const room = { ...legRoom(options), ms: packed.capacity }
  const spread = pools.map(({ pool, order }, index) => {
    const slots = shares[index] ?? 1
    const slotOf = packInto(split.columns.groups, order.dense, room, slots, 'even')
    return slotOf === undefined ? undefined : { pool, slots, slotOf, order: order.dense }
  })
  const all = spread.filter((one) => one !== undefined)
  return all.length === pools.length ? { ...packed, packed: all } : packed
}
