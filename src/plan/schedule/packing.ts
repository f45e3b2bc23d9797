import { add, at } from './column.ts'
import { sumOf, type Groups } from './groups.ts'
import type { Room } from './limits.ts'
import { mix } from './rank.ts'

/** Atoms in so many slots: for each, in the order given, its slot. */
export type Packing = { readonly slots: number; readonly slotOf: Int32Array }

/** How a slot is chosen: `stable` by the atom's id, `dense` where least room is left over, `even` where most is. */
export type PackingStyle = 'stable' | 'dense' | 'even'

/** Three classes for every doubling: atoms of one class are alike, and their order is that of their ids. */
const CLASSES = 3

/** Largest first, by class and then by id; exactly by size if not `stable`. None depends on the order of the input. */
export const packingOrder = (groups: Groups, atoms: ArrayLike<number>, style: PackingStyle): Int32Array => {
  const sizes = new Float64Array(atoms.length)
  const places = new Int32Array(atoms.length)
  for (let place = 0; place < atoms.length; place++) {
    const atom = atoms[place] ?? 0
    places[place] = place
    sizes[place] = style === 'stable' ? Math.round(Math.log2(at(groups.size, atom) + 1) * CLASSES) : at(groups.ms, atom)
  }
  const hashOf = (place: number): number => at(groups.hash, atoms[place] ?? 0)
  const idOf = (place: number): number => atoms[place] ?? 0
  places.sort((a, b) => at(sizes, b) - at(sizes, a) || hashOf(a) - hashOf(b) || idOf(a) - idOf(b))
  return places.map(idOf)
}

/** Slots that are filled one atom after the other. */
type Bins = { readonly ms: Float64Array; readonly bytes: Float64Array; readonly targets: Int32Array }

const fits = (groups: Groups, atom: number, bins: Bins, slot: number, room: Room): boolean =>
  at(bins.ms, slot) + at(groups.ms, atom) <= room.ms &&
  at(bins.bytes, slot) + at(groups.bytes, atom) <= room.bytes &&
  at(bins.targets, slot) + at(groups.targets, atom) <= room.targets

const isEmpty = (bins: Bins, slot: number): boolean => at(bins.targets, slot) === 0

/** The slot with the least room that still takes the atom. An empty one takes any: what is alone may be over a limit. */
const tightest = (groups: Groups, atom: number, bins: Bins, room: Room): number => {
  let best = -1
  for (let slot = 0; slot < bins.ms.length; slot++) {
    if (!fits(groups, atom, bins, slot, room) && !isEmpty(bins, slot)) continue
    if (best < 0 || at(bins.ms, slot) > at(bins.ms, best)) best = slot
  }
  return best
}

/**
 * The first slot with room in a row of slots that only the atom's id decides: rendezvous hashing with bounded loads
 * (Mirrokni, Thorup, Zadimoghaddam 2016). The row runs over a fixed number of slots, so one slot more or less moves
 * only what lies in it.
 */
const preferred = (groups: Groups, atom: number, bins: Bins, room: Room): number => {
  const slots = bins.ms.length
  let universe = 8
  while (universe < slots) universe *= 8
  const hash = at(groups.hash, atom)
  for (let probe = 0; probe < 3 * universe; probe++) {
    const slot = mix(hash, probe) & (universe - 1)
    if (slot < slots && fits(groups, atom, bins, slot, room)) return slot
  }
  return tightest(groups, atom, bins, room)
}

/** The slot with the most room, if that takes the atom. */
const emptiest = (groups: Groups, atom: number, bins: Bins, room: Room): number => {
  let best = -1
  for (let slot = 0; slot < bins.ms.length; slot++) {
    if (!fits(groups, atom, bins, slot, room) && !isEmpty(bins, slot)) continue
    if (best < 0 || at(bins.ms, slot) < at(bins.ms, best)) best = slot
  }
  return best
}

const choose = { stable: preferred, dense: tightest, even: emptiest } as const

/** Packs atoms into a given number of slots; undefined where they do not fit. */
export const packInto = (groups: Groups, order: Int32Array, room: Room, slots: number, style: PackingStyle) => {
  const bins: Bins = {
    ms: new Float64Array(slots),
    bytes: new Float64Array(slots),
    targets: new Int32Array(slots),
  }
  const slotOf = new Int32Array(order.length)
  for (let index = 0; index < order.length; index++) {
    const atom = at(order, index)
    const slot = choose[style](groups, atom, bins, room)
    if (slot < 0) return undefined
    slotOf[index] = slot
    add(bins.ms, slot, at(groups.ms, atom))
    add(bins.bytes, slot, at(groups.bytes, atom))
    add(bins.targets, slot, at(groups.targets, atom))
  }
  return slotOf
}

const ratio = (part: number, whole: number): number => (part <= 0 ? 0 : part / Math.max(whole, Number.MIN_VALUE))

/** Packs atoms into as few slots as do, at most `most`; undefined where they do not fit. */
export const packFewest = (
  groups: Groups,
  order: Int32Array,
  room: Room,
  most: number,
  style: PackingStyle = 'stable',
): Packing | undefined => {
  const sum = sumOf(groups, order)
  const least = Math.max(ratio(sum.ms, room.ms), ratio(sum.bytes, room.bytes), ratio(sum.targets, room.targets), 1)
  const limit = Math.min(most, order.length)
  for (let slots = Math.min(Math.ceil(least - 1e-9), order.length); slots <= limit;) {
    const slotOf = packInto(groups, order, room, slots, style)
    if (slotOf !== undefined) return { slots, slotOf }
    slots = slots === limit ? limit + 1 : Math.min(limit, slots + Math.max(1, Math.floor(slots / 50)))
  }
  return undefined
}
