import { at } from './column.ts'
import type { Forest } from './forest.ts'
import { legRoom, parallelLegs } from './limits.ts'
import { splitWork, workTotal, type PhaseWork, type Split } from './split.ts'
import type { ScheduleOptions } from './work.ts'

/** Which nodes are built in which phase, before legs take work ahead. */
export type Cut = {
  /** Nodes of each phase, the final build last, each ascending. */
  readonly phases: readonly Int32Array[]
  /** What the waves take at least, starts included, in ms. */
  readonly wavesMs: number
  /** About what all of it takes, in ms. */
  readonly estimate: number
}

/** How far apart (as a ratio) the sizes are at which work is cut: the final build, and the waves before it. */
const RATIOS = [1.04, 1.1, 1.2]
/** How many sizes are tried: fewer for large work, so that the time grows about as the work does. */
const MOST_SIZES = 120
const MOST_VISITS = 5_000_000
/** How many ways to divide a wave further are kept, for each number of waves. */
const KEPT = 6

const without = (nodes: Int32Array, gone: Int32Array): Int32Array => {
  let next = 0
  return nodes.filter((node) => {
    if (at(gone, next) !== node || next >= gone.length) return true
    next += 1
    return false
  })
}

const largestAtom = ({ groups, atoms }: Split): number =>
  atoms.reduce((most, atom) => Math.max(most, at(groups.ms, atom)), 0)

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

const fewestFirst = (a: Cut, b: Cut): number => a.wavesMs - b.wavesMs || a.estimate - b.estimate

/** The best few for each number of phases. */
const keepBest = (cuts: readonly Cut[]): readonly Cut[] =>
  [1, 2, 3].flatMap((count) =>
    cuts
      .filter(({ phases }) => phases.length === count)
      .sort(fewestFirst)
      .slice(0, KEPT),
  )

const sameNodes = (one: Int32Array | undefined, other: Int32Array): boolean =>
  one?.length === other.length && one.every((node, index) => node === other[index])

/** Every way to divide the work of a phase into that phase and at most `waves` before it, that differs from the others. */
const divide = (
  forest: Forest,
  work: PhaseWork,
  waves: number,
  level: number,
  options: ScheduleOptions,
): readonly Cut[] => {
  const legs = parallelLegs(options)
  const room = legRoom(options)
  const total = workTotal(forest, work)
  const cutAt = (ms: number, mayCut: boolean): Split =>
    splitWork(forest, work, options, { ...room, ms: Math.min(ms, room.ms) }, mayCut)
  const cutOf = (earlier: Cut | undefined, nodes: Int32Array, largest: number): Cut => {
    const before = earlier?.wavesMs ?? 0
    const starts = (earlier?.phases.length ?? 0) * options.legStartMs
    const rest = Math.max(largest, total / legs - (before - starts))
    const own =
      options.legStartMs + (work.leaves ? rest : Math.max(largest, workTotal(forest, { nodes, leaves: false }) / legs))
    return { phases: [...(earlier?.phases ?? []), nodes], wavesMs: before + own, estimate: before + own }
  }
  const found = [cutOf(undefined, work.nodes, largestAtom(cutAt(total / legs, false)))]
  if (waves === 0) return found
  let last: Int32Array | undefined
  for (const size of sizesOf(forest, work, total, level, legs)) {
    const split = cutAt(size, true)
    if (split.cut.length === 0) break
    if (sameNodes(last, split.cut)) continue
    last = split.cut
    const nodes = without(work.nodes, split.cut)
    const earlier = keepBest(divide(forest, { nodes: split.cut, leaves: false }, waves - 1, level + 1, options))
    found.push(...earlier.map((cut) => cutOf(cut, nodes, largestAtom(split))))
  }
  return found
}

/** All ways worth a trial to divide the work into waves and the final build, the most promising first. */
export const cutsOf = (forest: Forest, waves: number, options: ScheduleOptions): readonly Cut[] => {
  const work = { nodes: Int32Array.from(forest.nodes.cost.keys()), leaves: true }
  return divide(forest, work, waves, 0, options).toSorted(
    (a, b) => a.estimate - b.estimate || a.phases.length - b.phases.length,
  )
}
