import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { planSchedule } from '../../../src/plan/schedule/schedule.ts'
import type { Schedule, ScheduledLeg, ScheduleOptions, WorkLeaf, WorkNode } from '../../../src/plan/schedule/work.ts'
import { chainOf, neededNodes, optionsOf, phasesOf, sampleOptions, works, type Work } from './work.ts'

const holds = (
  check: (work: Work, options: ScheduleOptions, schedule: Schedule) => void,
  options = optionsOf,
): void => {
  fc.assert(
    fc.property(works, options, (work, given) => {
      check(work, given, planSchedule(work.nodes, work.leaves, given))
    }),
    { numRuns: 100 },
  )
}

const ascending = (values: Iterable<number>): readonly number[] => [...values].sort((a, b) => a - b)

const loadOf = ({ nodes, leaves }: Work, leg: ScheduledLeg): number =>
  leg.nodes.reduce((sum, index) => sum + (nodes[index]?.cost ?? NaN), 0) +
  leg.leaves.reduce((sum, index) => sum + (leaves[index]?.cost ?? NaN), 0)

const bytesOf = ({ nodes, leaves }: Work, leg: ScheduledLeg): number =>
  leg.nodes.reduce((sum, index) => sum + (nodes[index]?.bytes ?? NaN), 0) +
  leg.leaves.reduce((sum, index) => sum + (leaves[index]?.bytes ?? NaN), 0)

/** Each leg in turn goes to the machine that is free first. */
const phaseMs = (work: Work, legs: readonly ScheduledLeg[], { maxParallel, legStartMs }: ScheduleOptions): number => {
  const ends = new Array<number>(maxParallel).fill(0)
  for (const leg of legs) {
    const first = ends.indexOf(Math.min(...ends))
    ends[first] = (ends[first] ?? 0) + legStartMs + loadOf(work, leg)
  }
  return Math.max(...ends)
}

const runsOf = (schedule: Schedule, index: number): readonly ScheduledLeg[] =>
  phasesOf(schedule).flatMap((legs) => legs.filter(({ nodes }) => nodes.includes(index)))

describe('completeness', () => {
  test('every leaf is in exactly one leg of the final build, and in no wave', () => {
    holds(({ leaves }, _, { waves, legs }) => {
      expect(ascending(legs.flatMap((leg) => leg.leaves))).toEqual([...leaves.keys()])
      expect(waves.flat().flatMap((leg) => leg.leaves)).toEqual([])
    })
  })

  test('every node that is needed has one leg that writes it; its other runs are repeats and reported', () => {
    holds((work, _, schedule) => {
      const legs = phasesOf(schedule).flat()
      const writers = legs.flatMap(({ nodes, repeats }) => nodes.filter((index) => !repeats.includes(index)))
      expect(ascending(writers)).toEqual(ascending(neededNodes(work)))
      expect(legs.filter(({ nodes, repeats }) => !repeats.every((index) => nodes.includes(index)))).toEqual([])
      const expected = ascending(neededNodes(work))
        .map((index) => ({ node: index, extra: runsOf(schedule, index).length - 1 }))
        .filter(({ extra }) => extra > 0)
        .map(({ node, extra }) => ({ node, extra, costMs: extra * (work.nodes[node]?.cost ?? 0) }))
      expect(schedule.repeated).toEqual(expected)
    })
  })

  test('a leg needs only what it builds itself or an earlier phase built', () => {
    holds((work, _, schedule) => {
      const built = new Set<number>()
      for (const legs of phasesOf(schedule)) {
        for (const leg of legs) {
          const own = new Set(leg.nodes)
          const needed = [
            ...leg.leaves.flatMap((index) => chainOf(work, work.leaves[index]?.node)),
            ...leg.nodes.flatMap((index) => chainOf(work, index)),
          ]
          expect(needed.filter((index) => !own.has(index) && !built.has(index))).toEqual([])
        }
        for (const index of legs.flatMap(({ nodes }) => nodes)) built.add(index)
      }
    })
  })

  test('no leg is empty or mixes pools, none has the place of another, no wave is empty', () => {
    holds(({ nodes, leaves }, { waves: most }, schedule) => {
      expect(schedule.waves.length).toBeLessThanOrEqual(most === 'auto' ? 3 : most)
      expect(schedule.waves.every((wave) => wave.length > 0)).toBe(true)
      for (const legs of phasesOf(schedule)) {
        expect(new Set(legs.map(({ pool, slot }) => `${pool} ${slot}`)).size).toBe(legs.length)
        for (const leg of legs) {
          const pools = [
            ...leg.nodes.map((index) => nodes[index]?.pool),
            ...leg.leaves.map((index) => leaves[index]?.pool),
          ]
          expect([...new Set(pools)]).toEqual([leg.pool])
        }
      }
    })
  })
})

describe('times', () => {
  test('are those of the legs, and never below the lower bound', () => {
    holds((work, options, schedule) => {
      const phases = phasesOf(schedule)
      const makespan = phases.reduce((sum, legs) => sum + phaseMs(work, legs, options), 0)
      const runner = phases.flat().reduce((sum, leg) => sum + options.legStartMs + loadOf(work, leg), 0)
      for (const leg of phases.flat()) expect(leg.loadMs).toBeCloseTo(loadOf(work, leg), 3)
      expect(schedule.makespanMs).toBeCloseTo(makespan, 3)
      expect(schedule.runnerMs).toBeCloseTo(runner, 3)
      expect(schedule.makespanMs).toBeGreaterThanOrEqual(schedule.lowerBoundMs - 1e-3)
    })
  })

  test('one wave more is never much worse', () => {
    fc.assert(
      fc.property(works, (work) => {
        const times = ([0, 1, 2, 3] as const).map(
          (waves) => planSchedule(work.nodes, work.leaves, sampleOptions({ waves })).makespanMs,
        )
        for (const [index, time] of times.entries()) {
          if (index > 0) expect(time).toBeLessThanOrEqual((times[index - 1] ?? 0) * 1.021)
        }
      }),
      { numRuns: 50 },
    )
  })
})

/** Whether something in the leg is over a limit by itself, so that no schedule could do better. */
const isLarge = ({ nodes, leaves }: Work, leg: ScheduledLeg, { maxLegMs, legStartMs, maxLegBytes }: ScheduleOptions) =>
  [...leg.nodes.map((index) => nodes[index]), ...leg.leaves.map((index) => leaves[index])].some(
    (item) => item !== undefined && (item.cost > maxLegMs - legStartMs || item.bytes > maxLegBytes),
  )

describe('rules', () => {
  test('no step that takes time runs twice, if none may', () => {
    holds(
      ({ nodes }, _, { repeated }) => {
        expect(repeated.filter(({ node }) => (nodes[node]?.cost ?? 0) > 0)).toEqual([])
      },
      optionsOf.map((options) => ({ ...options, repeat: 'never' as const })),
    )
  })

  test('all extra runs of a step take less than one start of a leg, if only cheap ones may', () => {
    holds(
      (_, { legStartMs }, { repeated }) => {
        expect(repeated.filter(({ costMs }) => costMs > 0 && costMs >= legStartMs)).toEqual([])
      },
      optionsOf.map((options) => ({ ...options, repeat: 'cheap' as const })),
    )
  })

  test('limits hold for every leg, where work can be taken apart', () => {
    const shallow = works.filter((work) => work.nodes.every((_, index) => chainOf(work, index).length <= 3))
    const limited = optionsOf.map((options) => ({ ...options, waves: 'auto' as const }))
    fc.assert(
      fc.property(shallow, limited, (work, options) => {
        for (const leg of phasesOf(planSchedule(work.nodes, work.leaves, options)).flat()) {
          if (isLarge(work, leg, options)) continue
          expect(leg.loadMs).toBeLessThanOrEqual(options.maxLegMs - options.legStartMs + 1e-3)
          expect(bytesOf(work, leg)).toBeLessThanOrEqual(options.maxLegBytes + 1e-3)
          expect(leg.nodes.length + leg.leaves.length).toBeLessThanOrEqual(options.maxLegTargets)
        }
      }),
      { numRuns: 100 },
    )
  })
})

type Ranks = readonly number[]

/** The same work in another order: parents still stand before their children. */
const shuffle = ({ nodes, leaves }: Work, ranks: Ranks): Work & { readonly nodeAt: Ranks; readonly leafAt: Ranks } => {
  const rank = (index: number): number => ranks[index % ranks.length] ?? 0
  const depth = (index: number): number => chainOf({ nodes, leaves }, index).length
  const nodeAt = [...nodes.keys()].sort((a, b) => depth(a) - depth(b) || rank(a) - rank(b))
  const leafAt = [...leaves.keys()].sort((a, b) => rank(a) - rank(b))
  const moved = <T extends WorkNode | WorkLeaf>(item: T | undefined): T => {
    if (item === undefined) throw new Error('an index out of range')
    return item
  }
  return {
    nodeAt,
    leafAt,
    nodes: nodeAt.map((index) => {
      const { parent, ...rest } = moved(nodes[index])
      return parent === undefined ? rest : { ...rest, parent: nodeAt.indexOf(parent) }
    }),
    leaves: leafAt.map((index) => {
      const { node, ...rest } = moved(leaves[index])
      return node === undefined ? rest : { ...rest, node: nodeAt.indexOf(node) }
    }),
  }
}

describe('order', () => {
  test('the order of the input changes nothing', () => {
    const ranks = fc.array(fc.nat(), { minLength: 61, maxLength: 61 })
    fc.assert(
      fc.property(works, optionsOf, ranks, (work, options, given) => {
        const { nodes, leaves, nodeAt, leafAt } = shuffle(work, given)
        const back = (indexes: Ranks, map: Ranks): Ranks => ascending(indexes.map((index) => map[index] ?? -1))
        const legBack = (leg: ScheduledLeg): ScheduledLeg => ({
          ...leg,
          leaves: back(leg.leaves, leafAt),
          nodes: back(leg.nodes, nodeAt),
          repeats: back(leg.repeats, nodeAt),
        })
        const { repeated, ...shuffled } = planSchedule(nodes, leaves, options)
        const again = {
          ...shuffled,
          waves: shuffled.waves.map((legs) => legs.map(legBack)),
          legs: shuffled.legs.map(legBack),
          repeated: repeated.map((one) => ({ ...one, node: nodeAt[one.node] ?? -1 })).sort((a, b) => a.node - b.node),
        }
        expect(again).toEqual(planSchedule(work.nodes, work.leaves, options))
      }),
      { numRuns: 100 },
    )
  })
})
