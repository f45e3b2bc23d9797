import { at, filled } from './column.ts'
import { gateBound, lowerBound } from './bound.ts'
import type { Cut } from './cut.ts'
import { cutsOf } from './cuts.ts'
import { inStartOrder, type Draft } from './draft.ts'
import { fillOrder, type FillStyle } from './fill.ts'
import { makeForest, type Forest } from './forest.ts'
import { freePhase } from './phase.ts'
import { phaseBound } from './phase-bound.ts'
import { relaxTrial, tryCut, type Trial } from './trial.ts'
import type { RepeatedNode, Schedule, ScheduledLeg, ScheduleOptions, WorkLeaf, WorkNode } from './work.ts'

/** Makespans that differ by less than that are as good as equal. */
const NEAR = 1.01
/** So are those that differ by less than this share of a leg's start, which is never known as exactly. */
const NEAR_START = 1 / 10
/** How many schedules are tried: fewer for large work, so that the time grows about as the work does. */
const MOST_TRIALS = 150
const LEAST_TRIALS = 6
const MOST_VISITS = 400_000

const FILL_STYLES: readonly FillStyle[] = ['more', 'own', 'none']

/** What a trial was, and what came of it. Its legs are made again if it is chosen: all trials' legs would be too many. */
type Figures = Pick<Trial, 'excess' | 'makespanMs' | 'runnerMs'> & {
  readonly cut: Cut
  readonly style: FillStyle
  readonly waves: number
}

const tryAll = (forest: Forest, order: Int32Array, options: ScheduleOptions): readonly Figures[] => {
  const most = Math.max(LEAST_TRIALS, Math.min(MOST_TRIALS, MOST_VISITS / (forest.leaves.count + forest.nodes.count)))
  const trials: Figures[] = []
  for (const cut of cutsOf(forest, options.waves === 'auto' ? 3 : options.waves, options)) {
    if (trials.length >= most) break
    for (const style of cut.length === 1 ? FILL_STYLES.slice(0, 1) : FILL_STYLES) {
      const { excess, makespanMs, runnerMs, waves, final } = tryCut(forest, cut, style, order, options)
      freePhase(forest, final)
      trials.push({ cut, style, excess, makespanMs, runnerMs, waves: waves.length })
    }
  }
  return trials
}

/** Limits first; then the shortest, or of those that are about as short, the one with fewest waves and least runner time. */
const chooseTrial = (forest: Forest, options: ScheduleOptions): Trial | undefined => {
  const order = fillOrder(forest)
  const trials = tryAll(forest, order, options)
  const excess = Math.min(...trials.map((trial) => trial.excess))
  const legal = trials.filter((trial) => trial.excess <= excess + 1e-9)
  const shortest = Math.min(...legal.map(({ makespanMs }) => makespanMs))
  const makespan = Math.max(NEAR * shortest, shortest + options.legStartMs * NEAR_START)
  const [best] = legal
    .filter(({ makespanMs }) => makespanMs <= makespan)
    .sort((a, b) => a.waves - b.waves || a.runnerMs - b.runnerMs || a.makespanMs - b.makespanMs)
  if (best === undefined) return undefined
  return relaxTrial(forest, tryCut(forest, best.cut, best.style, order, options), makespan, options)
}

/** How often every node runs, by its index in the forest. */
const countRuns = (forest: Forest, phases: readonly (readonly Draft[])[]): Int32Array => {
  const runs = new Int32Array(forest.nodes.count)
  for (const { nodes } of phases.flat()) for (const node of nodes) runs[node] = at(runs, node) + 1
  return runs
}

const ascending = (indexes: readonly number[], input: Int32Array): readonly number[] =>
  indexes.map((index) => at(input, index)).sort((a, b) => a - b)

/** Legs in the terms of the input. `written` is 1 for nodes that an earlier leg writes. */
const legOf = (forest: Forest, draft: Draft, written: Int32Array): ScheduledLeg => {
  const repeats = draft.nodes.filter((node) => at(written, node) === 1)
  for (const node of draft.nodes) written[node] = 1
  return {
    pool: forest.pools[draft.pool] ?? '',
    slot: draft.slot,
    leaves: ascending(draft.leaves, forest.leaves.input),
    nodes: ascending(draft.nodes, forest.nodes.input),
    repeats: ascending(repeats, forest.nodes.input),
    loadMs: draft.load.ms,
  }
}

const repeatedNodes = ({ nodes }: Forest, runs: Int32Array): readonly RepeatedNode[] =>
  [...runs.keys()]
    .filter((node) => at(runs, node) > 1)
    .map((node) => ({
      node: at(nodes.input, node),
      extra: at(runs, node) - 1,
      costMs: (at(runs, node) - 1) * at(nodes.cost, node),
    }))
    .sort((a, b) => a.node - b.node)

/**
 * Decides which leg builds what, and in which wave: shortest makespan first, then least runner time. The order of the
 * input does not matter, and little changes when one work item comes or goes. Parents must stand before their children,
 * and in the same pool; nodes that no leaf needs are not built. See DESIGN.md, section 4, "Across legs".
 */
export const planSchedule = (
  nodes: readonly WorkNode[],
  leaves: readonly WorkLeaf[],
  options: ScheduleOptions,
): Schedule => {
  const forest = makeForest(nodes, leaves)
  const simple = Math.max(lowerBound(forest, options), gateBound(forest, options))
  const lowerBoundMs = phaseBound(forest, simple, options)
  const trial = leaves.length === 0 ? undefined : chooseTrial(forest, options)
  if (trial === undefined) return { waves: [], legs: [], repeated: [], makespanMs: 0, lowerBoundMs, runnerMs: 0 }
  const written = filled(forest.nodes.count, 0)
  const phases = [...trial.waves, trial.legs].map((drafts) => inStartOrder(drafts))
  const scheduled = phases.map((drafts) => drafts.map((draft) => legOf(forest, draft, written)))
  return {
    waves: scheduled.slice(0, -1),
    legs: scheduled.at(-1) ?? [],
    repeated: repeatedNodes(forest, countRuns(forest, phases)),
    makespanMs: trial.makespanMs,
    lowerBoundMs,
    runnerMs: trial.runnerMs,
  }
}
