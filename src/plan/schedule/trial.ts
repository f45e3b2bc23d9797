import { filled, indexesOf } from './column.ts'
import type { Cut } from './cut.ts'
import { inStartOrder, listSchedule, type Draft } from './draft.ts'
import { fillWave, type FillStyle } from './fill.ts'
import type { Forest } from './forest.ts'
import { excessOf, legRoom, parallelLegs } from './limits.ts'
import { draftPhase, freePhase, relaxPhase, solvePhase, spreadPhase, type SolvedPhase } from './phase.ts'
import type { ScheduleOptions } from './work.ts'

/** A complete schedule in the forest's terms, and what speaks for it. */
export type Trial = {
  readonly waves: readonly (readonly Draft[])[]
  readonly legs: readonly Draft[]
  /** The final build as it was solved, to give it fewer legs later. */
  readonly final: SolvedPhase
  /** By how much legs are over limits, as a share, summed. */
  readonly excess: number
  readonly makespanMs: number
  readonly runnerMs: number
}

const phaseMs = (drafts: readonly Draft[], options: ScheduleOptions): number =>
  listSchedule(
    inStartOrder(drafts).map(({ load }) => options.legStartMs + load.ms),
    parallelLegs(options),
  )

const measure = (
  waves: Trial['waves'],
  final: SolvedPhase,
  legs: readonly Draft[],
  options: ScheduleOptions,
): Trial => {
  const phases = [...waves, legs]
  const drafts = phases.flat()
  const room = legRoom(options)
  return {
    waves,
    legs,
    final,
    excess: drafts.reduce((sum, { load }) => sum + excessOf(load, room), 0),
    makespanMs: phases.reduce((sum, phase) => sum + phaseMs(phase, options), 0),
    runnerMs: drafts.reduce((sum, { load }) => sum + options.legStartMs + load.ms, 0),
  }
}

/** Schedules a cut: packs every wave, lets its legs take work ahead, and packs what is left into the final build. */
export const tryCut = (
  forest: Forest,
  cut: Cut,
  style: FillStyle,
  order: Int32Array,
  options: ScheduleOptions,
): Trial => {
  const stage = filled(forest.nodes.count, 0)
  for (const [phase, nodes] of cut.entries()) for (const node of nodes) stage[node] = phase
  const last = cut.length - 1
  const waves: (readonly Draft[])[] = []
  const room = legRoom(options)
  for (let wave = 0; wave < last; wave++) {
    const nodes = indexesOf(stage, wave)
    if (nodes.length === 0) continue
    const solved = solvePhase(forest, { nodes, leaves: false }, options)
    const ms = Math.min(solved.packed.capacity, room.ms)
    const drafts = draftPhase(forest, style === 'more' ? spreadPhase(solved, options) : solved)
    freePhase(forest, solved)
    waves.push(fillWave({ forest, stage, wave, order, options }, drafts, { ...room, ms }, style))
  }
  const final = solvePhase(forest, { nodes: indexesOf(stage, last), leaves: true }, options)
  return measure(waves, final, draftPhase(forest, final), options)
}

/** The same with fewer legs in the final build, if the makespan (ms) stays within so much. */
export const relaxTrial = (forest: Forest, trial: Trial, makespanMs: number, options: ScheduleOptions): Trial => {
  const final = relaxPhase(trial.final, makespanMs - trial.makespanMs, options)
  const relaxed = measure(trial.waves, final, draftPhase(forest, final), options)
  const better =
    relaxed.makespanMs <= makespanMs && relaxed.excess <= trial.excess && relaxed.legs.length < trial.legs.length
  return better ? relaxed : trial
}
