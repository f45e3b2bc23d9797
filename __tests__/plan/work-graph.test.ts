import { describe, expect, test } from '@jest/globals'
import type { ScheduleOptions } from '../../src/plan/schedule/work.ts'
import { shareOut, type PlannedWork } from '../../src/plan/work-graph.ts'
import { samplePrefix, sampleWork } from '../support/samples.ts'

const OPTIONS: ScheduleOptions = {
  ...{ maxLegs: 256, maxParallel: 20, maxLegMs: 3_600_000, maxLegBytes: 14e9, maxLegTargets: 200 },
  ...{ waves: 'auto', repeat: 'cheap', legStartMs: 30_000 },
}

const cuda = { pool: 'linux/amd64+cuda' }

/** Two apps on one core; nothing is there. */
const work = (changes: Partial<PlannedWork> = {}): PlannedWork => ({
  items: [sampleWork({ manifestId: 'serve' }), sampleWork({ manifestId: 'train' })],
  tops: [1, 2],
  prefixes: [
    samplePrefix({ costMs: 60_000 }),
    samplePrefix({ parent: 0, layer: 'app', variant: 'serve', costMs: 10_000 }),
    samplePrefix({ parent: 0, layer: 'app', variant: 'train', costMs: 10_000 }),
  ],
  bytes: [1e9, 1e8, 1e8],
  ...changes,
})

const share = (changes: Partial<PlannedWork> = {}) =>
  shareOut(work(changes), { strategy: 'layer', handsOn: true }, OPTIONS)

const phasesOf = ({ waves, legs }: ReturnType<typeof share>) => [...waves.flat(), ...legs]

const warm = (...warmOnes: readonly number[]): Partial<PlannedWork> => ({
  prefixes: work().prefixes.map((prefix, index) => ({
    ...prefix,
    state: warmOnes.includes(index) ? 'warm' : prefix.state,
  })),
})

describe('shareOut', () => {
  test('builds every work item once, and every missing prefix', () => {
    const schedule = share()
    expect(schedule.legs.flatMap(({ leaves }) => leaves).toSorted()).toEqual([0, 1])
    expect([...new Set(phasesOf(schedule).flatMap(({ nodes }) => nodes))].toSorted()).toEqual([0, 1, 2])
  })

  test.each([
    ['what is below a ref that is there', warm(0), [1, 2]],
    ['nothing', warm(1, 2), []],
    ['what one work item needs all the same', warm(1), [0, 2]],
  ])('leaves out %s', (_, changes, nodes) => {
    expect([...new Set(phasesOf(share(changes)).flatMap((leg) => leg.nodes))].toSorted()).toEqual(nodes)
  })

  test('a work item without steps is built, too', () => {
    const schedule = share({ tops: [1, null] })
    expect(schedule.legs.flatMap(({ leaves }) => leaves).toSorted()).toEqual([0, 1])
  })

  test('a prefix that two pools need is built in each, written by the first, and counted as repeated', () => {
    const items = [sampleWork({ manifestId: 'serve' }), sampleWork({ manifestId: 'train', ...cuda })]
    const schedule = share({ items })
    const legs = phasesOf(schedule).filter(({ nodes }) => nodes.includes(0))
    expect(new Set(legs.map(({ pool }) => pool))).toEqual(new Set(['linux/amd64', 'linux/amd64+cuda']))
    expect(legs.map(({ repeats }) => repeats.includes(0))).toEqual([false, ...legs.slice(1).map(() => true)])
    expect(schedule.repeated).toContainEqual({ node: 0, extra: 1, costMs: 60_000 })
  })

  test('has no waves where nothing can be handed on', () => {
    const one = { strategy: 'layer', handsOn: false } as const
    expect(shareOut(work(), one, OPTIONS).waves.flat()).toEqual([])
    for (const strategy of ['manifest', 'platform'] as const) {
      expect(shareOut(work(), { strategy, handsOn: true }, OPTIONS).waves.flat()).toEqual([])
    }
  })
})
