import { describe, expect, test } from '@jest/globals'
import { planSchedule } from '../../../src/plan/schedule/schedule.ts'
import type { ScheduledLeg, ScheduleOptions } from '../../../src/plan/schedule/work.ts'
import { leaf, leavesOn, node, phasesOf, sampleOptions, type Work } from './work.ts'

type Case = {
  readonly description: string
  readonly work: Work
  readonly options?: Partial<ScheduleOptions>
  /** For each phase its legs, as seconds of load, in the order in which they start. */
  readonly phases: readonly (readonly number[])[]
  readonly makespan: number
  readonly lowerBound: number
}

const fill = (count: number, seconds: number): readonly number[] => new Array<number>(count).fill(seconds)

const arm64 = 'linux/arm64'

const CASES: readonly Case[] = [
  { description: 'nothing', work: { nodes: [], leaves: [] }, phases: [[]], makespan: 0, lowerBound: 0 },
  {
    description: 'a node that no leaf needs',
    work: { nodes: [node('core', 300)], leaves: [leaf('a', 5)] },
    phases: [[5]],
    makespan: 35,
    lowerBound: 35,
  },
  {
    description: 'one leaf, all cold',
    work: { nodes: [node('core', 300)], leaves: [leaf('a', 5, 0)] },
    phases: [[305]],
    makespan: 335,
    lowerBound: 335,
  },
  {
    description: 'all warm',
    work: { nodes: [], leaves: leavesOn(40, 60) },
    phases: [fill(20, 120)],
    makespan: 150,
    lowerBound: 150,
  },
  {
    description: 'one dear root: a wave',
    work: { nodes: [node('core', 300)], leaves: leavesOn(20, 100, 0) },
    phases: [[300], fill(20, 100)],
    makespan: 460,
    lowerBound: 460,
  },
  {
    description: 'one dear root and no wave: all in one leg',
    work: { nodes: [node('core', 300)], leaves: leavesOn(20, 100, 0) },
    options: { waves: 0 },
    phases: [[2_300]],
    makespan: 2_330,
    lowerBound: 2_330,
  },
  {
    description: 'one dear root and no wave: the limit of a leg yields before the repeat rule',
    work: { nodes: [node('core', 300)], leaves: leavesOn(20, 100, 0) },
    options: { waves: 0, maxLegMs: 600_000 },
    phases: [[2_300]],
    makespan: 2_330,
    lowerBound: 2_330,
  },
  {
    description: 'one dear root that may run anywhere',
    work: { nodes: [node('core', 300)], leaves: leavesOn(20, 100, 0) },
    options: { repeat: 'free' },
    phases: [fill(20, 400)],
    makespan: 430,
    lowerBound: 430,
  },
  {
    description: 'a cheap root: repeated, as that takes less than a wave',
    work: { nodes: [node('light', 10)], leaves: leavesOn(3, 100, 0) },
    phases: [[110, 110, 110]],
    makespan: 140,
    lowerBound: 140,
  },
  {
    description: 'a cheap root that would run too often: a wave',
    work: { nodes: [node('light', 10)], leaves: leavesOn(9, 100, 0) },
    phases: [[10], fill(9, 100)],
    makespan: 170,
    lowerBound: 140,
  },
  {
    description: 'two pools',
    work: {
      nodes: [node('core', 60), node('core of arm64', 90, undefined, arm64)],
      leaves: [leaf('a', 5, 0), leaf('b', 5, 1, arm64)],
    },
    phases: [[95, 65]],
    makespan: 125,
    lowerBound: 125,
  },
  {
    description: 'more legs than run at the same time: they queue',
    work: { nodes: [], leaves: leavesOn(12, 60) },
    options: { maxParallel: 2, maxLegTargets: 2 },
    phases: [fill(6, 120)],
    makespan: 450,
    lowerBound: 390,
  },
  {
    description: 'a single item over a limit',
    work: { nodes: [], leaves: [leaf('a', 9_000), leaf('b', 60)] },
    phases: [[9_000, 60]],
    makespan: 9_030,
    lowerBound: 9_030,
  },
  {
    description: 'a wave takes work ahead of what stands on its own nodes',
    work: {
      nodes: [node('small', 100), node('large', 500), ...['a', 'b', 'c', 'd'].map((id) => node(id, 100, 0))],
      leaves: [...[2, 3, 4, 5].map((on) => leaf(`leaf ${on}`, 5, on)), ...leavesOn(2, 300, 1)],
    },
    options: { maxParallel: 2 },
    phases: [
      [500, 500],
      [310, 310],
    ],
    makespan: 870,
    lowerBound: 870,
  },
]

const seconds = ({ loadMs }: ScheduledLeg): number => Math.round(loadMs / 1_000)

describe('planSchedule', () => {
  test.each(CASES)('$description', ({ work, options, phases, makespan, lowerBound }) => {
    const schedule = planSchedule(work.nodes, work.leaves, sampleOptions(options))
    expect(phasesOf(schedule).map((legs) => legs.map(seconds))).toEqual(phases)
    expect(schedule.makespanMs / 1_000).toBeCloseTo(makespan, 6)
    expect(schedule.lowerBoundMs / 1_000).toBeCloseTo(lowerBound, 6)
  })

  test('names the leg that writes a repeated node, and reports what repeating costs', () => {
    const { legs, repeated } = planSchedule([node('light', 10)], leavesOn(3, 100, 0), sampleOptions())
    expect(legs.map(({ nodes, repeats }) => ({ nodes, repeats }))).toEqual([
      { nodes: [0], repeats: [] },
      { nodes: [0], repeats: [0] },
      { nodes: [0], repeats: [0] },
    ])
    expect(repeated).toEqual([{ node: 0, extra: 2, costMs: 20_000 }])
  })

  test('uses no more legs than the makespan needs', () => {
    const work = [leaf('long', 600), ...leavesOn(20, 60)]
    const { legs, makespanMs } = planSchedule([], work, sampleOptions())
    expect(makespanMs).toBe(630_000)
    expect(legs.length).toBe(3)
  })

  test('starts small prefixes a wave earlier, so that all legs have work while a large one runs', () => {
    const apps = Array.from({ length: 80 }, (_, index) => node(`app ${index}`, 120, 1 + (index % 2)))
    const nodes = [node('large', 900), node('small', 120), node('smaller', 100), ...apps]
    const leaves = [...apps.map((_, index) => leaf(`leaf ${index}`, 5, 3 + index)), ...leavesOn(10, 60, 0)]
    const { waves } = planSchedule(nodes, leaves, sampleOptions())
    expect(waves.map((wave) => wave.some((leg) => leg.nodes.includes(0)))).toEqual([false, true])
    expect(waves[1]?.length).toBeGreaterThan(10)
  })

  test('spreads the parts of a wave over all legs, so that each goes on with what stands on its own', () => {
    const parts = Array.from({ length: 24 }, (_, index) => node(`part ${index}`, index === 0 ? 800 : 150))
    const apps = Array.from({ length: 192 }, (_, index) => node(`app ${index}`, 80, index % 24))
    const leaves = apps.map((_, index) => leaf(`leaf ${index}`, 5, 24 + index))
    const { waves, legs } = planSchedule([...parts, ...apps], leaves, sampleOptions())
    expect(waves.map((wave) => wave.length)).toEqual([20])
    expect(Math.max(...legs.map(seconds))).toBeLessThan(300)
  })
})
