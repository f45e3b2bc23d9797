import { growWork, makeChance, randomShape, type Shape } from '../__tests__/support/cold-work.ts'
import type { Work } from '../__tests__/support/cold-work.ts'
import { lowerBound } from '../src/plan/schedule/bound.ts'
import { makeForest } from '../src/plan/schedule/forest.ts'
import { planSchedule } from '../src/plan/schedule/schedule.ts'
import type { Schedule, ScheduleOptions } from '../src/plan/schedule/work.ts'
import type { BenchResult } from './run.ts'

const TREES = 300

/** Ratios above this are counted. */
const WORST = 1.5

const OPTIONS: ScheduleOptions = {
  maxLegs: 256,
  maxParallel: 20,
  maxLegMs: 60 * 60_000,
  maxLegBytes: 14e9,
  maxLegTargets: 128,
  waves: 'auto',
  repeat: 'cheap',
  legStartMs: 30_000,
}

const whole = { pools: 1, kept: 1, early: 0, skew: 2, share: 1 }

/** Shapes like those of public image families. What is cold in each is said below. */
const FAMILIES: Readonly<Record<string, Omit<Shape, 'changed'>>> = {
  // 6 distributions, each with its upgrade; 6 Pythons, built; 20 apps: 720 images, two platforms.
  language: {
    ...whole,
    pools: 2,
    layers: [
      { kind: 'security', variants: 6 },
      { kind: 'core', variants: 6 },
      { kind: 'app', variants: 10 },
    ],
  },
  // 4 CUDA versions, 3 frameworks, 2 sets of tools, 8 apps: 192 images.
  gpu: {
    ...whole,
    layers: [
      { kind: 'core', variants: 4 },
      { kind: 'core', variants: 3 },
      { kind: 'light', variants: 2 },
      { kind: 'app', variants: 8 },
    ],
  },
  // 9 systems, 5 versions of a server, 3 flavours: 135 images, two platforms.
  os: {
    ...whole,
    pools: 2,
    layers: [
      { kind: 'security', variants: 9 },
      { kind: 'core', variants: 5 },
      { kind: 'light', variants: 3 },
    ],
  },
  // 10,000 manifests.
  large: {
    ...whole,
    layers: [
      { kind: 'security', variants: 10 },
      { kind: 'core', variants: 10 },
      { kind: 'light', variants: 10 },
      { kind: 'app', variants: 10 },
    ],
  },
}

const planned = ({ nodes, leaves }: Work, changes: Partial<ScheduleOptions> = {}): Schedule =>
  planSchedule(nodes, leaves, { ...OPTIONS, ...changes })

/** The usual matrix: a leg for every leaf, which builds all cold prefixes that it needs; in the order of the input. */
const naiveMs = ({ nodes, leaves }: Work): number => {
  const ends = new Array<number>(OPTIONS.maxParallel).fill(0)
  for (const { cost, node } of leaves) {
    let duration = OPTIONS.legStartMs + cost
    for (let index = node; index !== undefined; index = nodes[index]?.parent) duration += nodes[index]?.cost ?? 0
    const first = ends.indexOf(Math.min(...ends))
    ends[first] = (ends[first] ?? 0) + duration
  }
  return Math.max(...ends)
}

type Measured = {
  /** Makespan over the bound that knows neither barriers nor the repeat rule. */
  readonly ratio: number
  /** Makespan over the bound that a plan states. */
  readonly gated: number
  readonly naive: number
  readonly oneWave: number
  readonly nodes: number
  readonly extra: number
}

const measure = (work: Work): Measured => {
  const schedule = planned(work)
  const bound = lowerBound(makeForest(work.nodes, work.leaves), OPTIONS)
  return {
    ratio: schedule.makespanMs / bound,
    gated: schedule.makespanMs / schedule.lowerBoundMs,
    naive: naiveMs(work) / bound,
    oneWave: planned(work, { waves: 1 }).makespanMs / bound,
    nodes: work.nodes.length,
    extra: schedule.repeated.reduce((sum, { extra }) => sum + extra, 0),
  }
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN)
}

const spreadOf = (values: readonly number[]) => ({ median: quantile(values, 0.5), worst: quantile(values, 1) })

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Each family with everything cold (`all`), with one layer in the middle changed, and with its uppermost layer changed. */
const measureFamilies = (): Readonly<Record<string, Measured>> => {
  const cases = Object.entries(FAMILIES).flatMap(([name, shape], index) => {
    const top = shape.layers.length - 1
    const changes = [
      { name: `${name}, all`, changed: 0 },
      { name: `${name}, ${shape.layers[1]?.kind ?? ''}`, changed: 1 },
      { name: `${name}, top`, changed: top },
    ]
    return changes.map(({ name: label, changed }): [string, Measured] => {
      process.stderr.write(`${label}\n`)
      return [label, measure(growWork({ ...shape, changed }, makeChance(1_000 + index)))]
    })
  })
  return Object.fromEntries(cases)
}

const measureTrees = (): readonly Measured[] =>
  Array.from({ length: TREES }, (_, index) => {
    if (index % 50 === 0) process.stderr.write(`tree ${index + 1} of ${TREES}\n`)
    const chance = makeChance(index + 1)
    return measure(growWork(randomShape(chance), chance))
  })

/**
 * How long a schedule takes, over a lower bound: the start of a leg, and the longest of the critical path, all work spread
 * evenly, and the two dearest leaves that share a leg. It knows neither waves nor the rule that dear steps run once, and
 * is out of reach where few dear prefixes have much work behind them; `gated` is over the bound that knows of both, and
 * that plans state. A simulation: no clock and no Docker, the same
 * figures on every machine. The trees are those of `randomShape`, seeds 1 to 300: 2 to 5 layers, 10 to 2,000 images with
 * each order of size as likely, one or two platforms, costs even or skewed (security 20 to 90 s, core 2 to 15 min, light
 * 10 to 60 s, app 10 to 120 s, a leg's start 30 s, load and push 3 to 10 s), and a change in any layer, each as likely,
 * above which all is cold, in 20 to 100 % of that layer's prefixes. `worst` is over trees and families; `repeated` is
 * the share of runs of cold steps that repeat another.
 */
export const schedule = (): BenchResult => {
  const families = measureFamilies()
  const trees = measureTrees()
  const all = [...trees, ...Object.values(families)]
  const ratios = all.map(({ ratio }) => ratio)
  const isReachable = ({ ratio, gated }: Measured): boolean => ratio / gated <= WORST
  const [reachable, unreachable] = [all.filter(isReachable), all.filter((one) => !isReachable(one))]
  return {
    bench: 'schedule',
    trees: trees.length,
    median: quantile(ratios, 0.5),
    p90: quantile(ratios, 0.9),
    worst: quantile(ratios, 1),
    over: ratios.filter((ratio) => ratio > WORST).length,
    // Of these, those that no schedule could bring below; what the worst of them could come to at best, and of the others.
    unreachable: unreachable.length,
    worstBound: quantile(
      unreachable.map(({ ratio, gated }) => ratio / gated),
      1,
    ),
    worstReachable: quantile(
      reachable.map(({ ratio }) => ratio),
      1,
    ),
    gated: spreadOf(all.map(({ gated }) => gated)),
    repeated: round(sum(all.map(({ extra }) => extra)) / sum(all.map(({ nodes, extra }) => nodes + extra))),
    naive: spreadOf(all.map(({ naive }) => naive)),
    oneWave: spreadOf(all.map(({ oneWave }) => oneWave)),
    families: Object.fromEntries(Object.entries(families).map(([name, { ratio }]) => [name, round(ratio)])),
  }
}
