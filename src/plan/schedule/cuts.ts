import { at } from './column.ts'
import { estimateCut, withEarlyStart, type Cut } from './cut.ts'
import type { Forest } from './forest.ts'
import { legRoom, parallelLegs } from './limits.ts'
import { outlineSplit, workTotal, type PhaseWork } from './split.ts'
import type { ScheduleOptions } from './work.ts'

/** How far apart (as a ratio) the sizes are at which work is cut: the final build, and the waves before it. */
const RATIOS = [1.04, 1.1, 1.2]
/** How many sizes are tried: fewer for large work, so that the time grows about as the work does. */
const MOST_SIZES = 120
const MOST_VISITS = 5_000_000
/** How many ways to divide a wave further are kept, for each number of waves. */
const KEPT = 6

/** A cut with what it is judged by, in ms: all waves with their starts, and the largest part of its last phase. */
type Found = { readonly cut: Cut; readonly waves: number; readonly largest: number }

const without = (nodes: Int32Array, gone: Int32Array): Int32Array => {
  let next = 0
  return nodes.filter((node) => {
    if (next >= gone.length || at(gone, next) !== node) return true
    next += 1
    return false
  })
}

/** Sizes on a fixed grid, from where cutting makes no leg shorter to where nothing is cut. */
const sizesOf = (forest: Forest, work: PhaseWork, total: number, level: number, legs: number): readonly number[] => {
  const items = work.nodes.length + (work.leaves ? forest.leaves.count : 0)
  const smallest = Math.max(1, (total / legs) * (work.leaves ? 0.25 : 0.05))
  const most = Math.max(8, Math.min(MOST_SIZES, MOST_VISITS / items))
  const ratio = Math.max(RATIOS[level] ?? 1.2, (total / smallest) ** (1 / most))
  // Of a few fixed grids, so that a little more work does not move all sizes.
  const step = Math.log(1.02) * Math.ceil(Math.log(ratio) / Math.log(1.02))
  const first = Math.floor(Math.log(smallest) / step)
  const last = Math.ceil(Math.log(Math.max(total, smallest)) / step)
  return Array.from({ length: last - first + 1 }, (_, index) => Math.exp((first + index) * step))
}

/** The best few for each number of phases. */
const keepBest = (found: readonly Found[]): readonly Found[] =>
  [1, 2, 3].flatMap((count) =>
    found
      .filter(({ cut }) => cut.length === count)
      .sort((a, b) => a.waves - b.waves)
      .slice(0, KEPT),
  )

const sameNodes = (one: Int32Array | undefined, other: Int32Array): boolean =>
  one?.length === other.length && one.every((node, index) => node === other[index])

/** Ways to divide the work of a phase into that phase and at most `waves` before it, each different from the others. */
const divide = (
  forest: Forest,
  work: PhaseWork,
  waves: number,
  level: number,
  options: ScheduleOptions,
): readonly Found[] => {
  const legs = parallelLegs(options)
  const room = legRoom(options)
  const total = workTotal(forest, work)
  const splitAt = (ms: number, mayCut: boolean) =>
    outlineSplit(forest, work, options, { ...room, ms: Math.min(ms, room.ms) }, mayCut)
  const foundOf = (before: Found | undefined, nodes: Int32Array, largest: number): Found => {
    const own = options.legStartMs + Math.max(largest, workTotal(forest, { nodes, leaves: false }) / legs)
    return { cut: [...(before?.cut ?? []), nodes], waves: (before?.waves ?? 0) + own, largest }
  }
  const found = [foundOf(undefined, work.nodes, splitAt(total / legs, false).largest)]
  let last: Int32Array | undefined
  for (const size of waves === 0 ? [] : sizesOf(forest, work, total, level, legs)) {
    const split = splitAt(size, true)
    if (split.cut.length === 0) break
    if (sameNodes(last, split.cut)) continue
    last = split.cut
    const nodes = without(work.nodes, split.cut)
    const earlier = divide(forest, { nodes: split.cut, leaves: false }, waves - 1, level + 1, options)
    found.push(...keepBest(earlier).map((one) => foundOf(one, nodes, split.largest)))
  }
  return found
}

/** Ways worth a trial to divide the work into waves and the final build, the most promising first. */
export const cutsOf = (forest: Forest, waves: number, options: ScheduleOptions): readonly Cut[] => {
  const work = { nodes: Int32Array.from(forest.nodes.cost.keys()), leaves: true }
  const found = divide(forest, work, waves, 0, options).flatMap(({ cut, largest }) => {
    const cuts = cut.length <= waves ? [cut, ...withEarlyStart(forest, cut)] : [cut]
    return cuts.map((one) => ({ cut: one, estimate: estimateCut(forest, one, largest, options) }))
  })
  return found.sort((a, b) => a.estimate - b.estimate || a.cut.length - b.cut.length).map(({ cut }) => cut)
}
