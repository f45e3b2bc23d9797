import { at, filled } from './column.ts'
import { packPhase, repackPhase, spreadAtoms, type Packed, type PackedPhase } from './capacity.ts'
import { makeDrafts, type Draft, type DraftItems } from './draft.ts'
import type { Forest } from './forest.ts'
import { gridValue, legRoom, parallelLegs } from './limits.ts'
import { freeColumns } from './split-columns.ts'
import { outlineSplit, splitWork, workTotal, type PhaseWork, type Split } from './split.ts'
import type { ScheduleOptions } from './work.ts'

/** A phase that is solved: how its work is split and packed. */
export type SolvedPhase = { readonly work: PhaseWork; readonly split: Split; readonly packed: PackedPhase }

/** How fine a phase is split, as shares of the load that a leg has to take anyway. Finer packs better, and repeats more. */
const GRAINS = [0.5, 0.25]

/** Splits and packs the work of one phase so that its longest leg is as short as can be. */
export const solvePhase = (forest: Forest, work: PhaseWork, options: ScheduleOptions): SolvedPhase => {
  const room = legRoom(options)
  const within = (ms: number) => ({ ...room, ms: Math.min(room.ms, Math.max(ms, 1)) })
  const even = gridValue(workTotal(forest, work) / parallelLegs(options))
  const load = gridValue(Math.max(even, outlineSplit(forest, work, options, within(even), false).largest))
  const whole = splitWork(forest, work, options, within(load), false)
  let best: SolvedPhase = { work, split: whole, packed: packPhase(whole, options) }
  for (const grain of GRAINS) {
    const split = splitWork(forest, work, options, within(load * grain), false)
    const packed = split.atoms.length === best.split.atoms.length ? best.packed : packPhase(split, options)
    const isBetter = packed.capacity < best.packed.capacity * 0.985
    freeColumns(forest, isBetter ? best.split : split)
    if (isBetter) best = { work, split, packed }
  }
  return best
}

/** Frees what a phase was solved in, once nobody reads it any more. */
export const freePhase = (forest: Forest, { split }: SolvedPhase): void => {
  freeColumns(forest, split)
}

/** The same phase in as many legs as run at the same time, if it has so many parts. */
export const spreadPhase = (solved: SolvedPhase, options: ScheduleOptions): SolvedPhase => ({
  ...solved,
  packed: spreadAtoms(solved.split, solved.packed, options),
})

/** The same phase with fewer legs, if so much more load (ms) for each allows it. */
export const relaxPhase = (
  { work, split, packed }: SolvedPhase,
  more: number,
  options: ScheduleOptions,
): SolvedPhase => ({
  work,
  split,
  packed: repackPhase(split, packed, more, options),
})

/** Slot of every group: that of the atom it was merged into. */
const slotsOf = ({ columns: { groups } }: Split, packed: readonly Packed[]): Int32Array => {
  const slotOf = filled(groups.count, -1)
  for (const { order, slotOf: slots } of packed) {
    for (let index = 0; index < order.length; index++) slotOf[at(order, index)] = at(slots, index)
  }
  for (let group = groups.count - 1; group >= 0; group--) {
    const up = at(groups.up, group)
    if (up >= 0) slotOf[group] = at(slotOf, up)
  }
  return slotOf
}

/** The legs of a phase. */
export const draftPhase = (forest: Forest, { work, split, packed: { packed } }: SolvedPhase): readonly Draft[] => {
  const { groups, items } = split.columns
  const slotOf = slotsOf(split, packed)
  const legs = new Map(packed.map(({ pool, slots }) => [pool, Array.from({ length: slots }, (): number[] => [])]))
  for (let group = 0; group < groups.count; group++) {
    const item = at(items, group)
    if (item >= 0) legs.get(at(groups.pool, group))?.[at(slotOf, group)]?.push(item)
  }
  const drafts = [...legs].flatMap(([pool, slots]) =>
    slots.map((list, slot): DraftItems => ({ pool, slot, items: list })),
  )
  return makeDrafts(
    forest,
    work,
    drafts.filter((draft) => draft.items.length > 0),
  )
}
