import { describe, expect, test } from '@jest/globals'
import { lowerBound } from '../../../src/plan/schedule/bound.ts'
import { makeForest } from '../../../src/plan/schedule/forest.ts'
import { phaseBound } from '../../../src/plan/schedule/phase-bound.ts'
import type { ScheduleOptions } from '../../../src/plan/schedule/work.ts'
import { growWork, makeChance, randomShape } from '../../support/cold-work.ts'
import { leaf, leavesOn, node, sampleOptions, type Work } from './work.ts'

type Case = {
  readonly description: string
  readonly work: Work
  readonly options?: Partial<ScheduleOptions>
  /** Seconds. */
  readonly bound: number
}

const apps = (count: number, seconds: number, parents: number): Work['nodes'] =>
  Array.from({ length: count }, (_, index) => node(`app ${index}`, seconds, index % parents))

const leavesOnEach = (first: number, count: number): Work['leaves'] =>
  Array.from({ length: count }, (_, index) => leaf(`leaf ${index}`, 0, first + index))

const roots = [600, 600, 600, 600, 600].map((seconds, index) => node(`core ${index}`, seconds))
const unequal = [node('short', 100), node('long', 600)]

const CASES: readonly Case[] = [
  { description: 'nothing', work: { nodes: [], leaves: [] }, bound: 0 },
  { description: 'no gate', work: { nodes: [], leaves: leavesOn(40, 60) }, bound: 150 },
  {
    description: 'five dear roots: a wave of five legs, and all else after it',
    work: { nodes: [...roots, ...apps(150, 100, 5)], leaves: leavesOnEach(5, 150) },
    bound: 30 + 600 + 30 + (150 * 100) / 20,
  },
  {
    description: 'a short root a wave before a long one: its apps are built while that one runs',
    work: { nodes: [...unequal, ...apps(80, 100, 2)], leaves: leavesOnEach(2, 80) },
    bound: 30 + 100 + 30 + 600 + 30 + (40 * 100) / 20,
  },
  {
    description: 'with no wave, one leg has all of a root',
    work: { nodes: [...unequal, ...apps(80, 100, 2)], leaves: leavesOnEach(2, 80) },
    options: { waves: 0 },
    bound: 30 + 600 + 40 * 100,
  },
  {
    description: 'steps that may run anywhere are no gates',
    work: { nodes: [...roots, ...apps(150, 100, 5)], leaves: leavesOnEach(5, 150) },
    options: { repeat: 'free' },
    bound: 30 + (5 * 600 + 150 * 100) / 20,
  },
]

const treeOf = (seed: number): Work => {
  const chance = makeChance(seed)
  return growWork(randomShape(chance), chance)
}

describe('phaseBound', () => {
  test.each(CASES)('$description', ({ work: { nodes, leaves }, options, bound }) => {
    expect(phaseBound(makeForest(nodes, leaves), 0, sampleOptions(options)) / 1_000).toBeCloseTo(bound, 6)
  })

  test('a bound that is known already is never lowered', () => {
    const forest = makeForest([node('core', 300)], leavesOn(20, 100, 0))
    expect(phaseBound(forest, 900_000, sampleOptions())).toBe(900_000)
  })

  // Trees of bench/schedule.ts that no schedule brings below 1.5 times the simple bound.
  test.each([
    { seed: 59, share: 1.6 },
    { seed: 214, share: 1.689 },
    { seed: 298, share: 1.578 },
  ])('tree $seed takes $share times the simple bound at least', ({ seed, share }) => {
    const { nodes, leaves } = treeOf(seed)
    const forest = makeForest(nodes, leaves)
    const simple = lowerBound(forest, sampleOptions())
    expect(phaseBound(forest, simple, sampleOptions()) / simple).toBeCloseTo(share, 3)
  })
})
