import type { ScheduleOptions } from './work.ts'

/** What fits into a leg, or what lies in it. */
export type Room = { readonly ms: number; readonly bytes: number; readonly targets: number }

/** What a leg can take besides its start. */
export const legRoom = (options: ScheduleOptions): Room => ({
  ms: Math.max(1, options.maxLegMs - options.legStartMs),
  bytes: Math.max(1, options.maxLegBytes),
  targets: Math.max(1, options.maxLegTargets),
})

/** Legs that run at the same time, at least one. */
export const parallelLegs = ({ maxParallel, maxLegs }: ScheduleOptions): number =>
  Math.max(1, Math.min(maxParallel, maxLegs))

/** In how many legs a node of that cost may run: all extra runs together must cost less than one start of a leg. */
export const mostRuns = (cost: number, { repeat, legStartMs }: ScheduleOptions): number => {
  if (cost <= 0 || repeat === 'free') return Infinity
  return repeat === 'never' ? 1 : Math.max(1, Math.ceil(legStartMs / cost))
}

/** By how much a load is over the limits, as a share of each; 0 when it is over none. */
export const excessOf = (load: Room, room: Room): number =>
  (['ms', 'bytes', 'targets'] as const)
    .map((kind) => (load[kind] <= room[kind] ? 0 : load[kind] / Math.max(room[kind], 1) - 1))
    .reduce((sum, excess) => sum + excess, 0)

const GRID = Math.log(1.015)

/** The next value of a fixed geometric grid (1.5 %): what is on it does not move when a little work comes or goes. */
export const gridValue = (value: number, steps = 0): number =>
  value <= 0 ? 0 : Math.exp((Math.ceil(Math.log(value) / GRID - 1e-9) + steps) * GRID)

/** The last value up to this one of a coarser grid (3 %): most changes of the work leave it where it is. */
export const coarseValue = (value: number): number =>
  value <= 0 ? 0 : Math.exp(Math.floor(Math.log(value) / (2 * GRID)) * 2 * GRID)
