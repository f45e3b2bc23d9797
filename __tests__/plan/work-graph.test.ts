import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { PlannedCache } from '../../src/plan/cache.ts'
import type { ScheduleOptions } from '../../src/plan/schedule/work.ts'
import type { PlannedWork } from '../../src/plan/planned-work.ts'
import { shareOut } from '../../src/plan/work-graph.ts'
import { PLANNED, samplePrefix, sampleWork } from '../support/samples.ts'

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
    samplePrefix({ key: 'core', costMs: 60_000 }),
    samplePrefix({ key: 'serve', parent: 0, layer: 'app', variant: 'serve', costMs: 10_000 }),
    samplePrefix({ key: 'train', parent: 0, layer: 'app', variant: 'train', costMs: 10_000 }),
  ],
  bytes: [1e9, 1e8, 1e8],
  ...changes,
})

const CACHE = PLANNED.cache

const share = (
  changes: Partial<PlannedWork> = {},
  cache: Partial<PlannedCache> = {},
  options: Partial<ScheduleOptions> = {},
) => shareOut(work(changes), { cache: { ...CACHE, ...cache }, handsOn: true }, { ...OPTIONS, ...options })

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

  test('builds prefixes alone when that is asked for, the slowest first', () => {
    const rules = { cache: CACHE, handsOn: true, prefixesOnly: true }
    const both = shareOut(work(), rules, OPTIONS)
    expect(phasesOf(both).flatMap(({ leaves }) => leaves)).toEqual([])
    expect(phasesOf(both).flatMap(({ nodes }) => nodes)).toEqual([0, 1, 2])
    expect(phasesOf(shareOut(work(warm(0, 1, 2)), rules, OPTIONS))).toEqual([])

    const apart = [100_000, 3_000_000].map((costMs, item) => samplePrefix({ key: `core-${item}`, item, costMs }))
    const slowest = shareOut(work({ prefixes: apart, tops: [0, 1] }), rules, OPTIONS)
    expect(slowest.legs.map(({ nodes }) => nodes)).toEqual([[1], [0]])
  })

  test('leaves out legs whose prefixes are all built in waves', () => {
    const slow = work().prefixes.map((prefix) => (prefix.key === 'train' ? { ...prefix, costMs: 3_000_000 } : prefix))
    const rules = { cache: CACHE, handsOn: true, prefixesOnly: true }
    const schedule = shareOut(work({ prefixes: slow }), rules, { ...OPTIONS, maxLegMs: 60_000, repeat: 'never' })
    expect(phasesOf(schedule).map(({ nodes }) => nodes.length)).not.toContain(0)
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

  test('has no waves where nothing can be handed on', () => {
    expect(shareOut(work(), { cache: CACHE, handsOn: false }, OPTIONS).waves.flat()).toEqual([])
    for (const strategy of ['manifest', 'platform'] as const) {
      expect(share({}, { strategy }).waves.flat()).toEqual([])
    }
  })
})

describe('a cold prefix that two pools need', () => {
  const items = [sampleWork({ manifestId: 'serve' }), sampleWork({ manifestId: 'train', ...cuda })]
  const placesOf = (schedule: ReturnType<typeof share>, prefix: number) => [
    schedule.waves.map((wave) => wave.filter(({ nodes }) => nodes.includes(prefix)).map(({ pool }) => pool)),
    schedule.legs.filter(({ nodes }) => nodes.includes(prefix)).map(({ pool }) => pool),
  ]

  test('is built once, in a wave of the plain pool', () => {
    const schedule = share({ items })
    expect(placesOf(schedule, 0)).toEqual([[['linux/amd64']], []])
    expect(schedule.waves[0]?.map(({ leaves }) => leaves)).toEqual([[]])
    expect(schedule).toMatchObject({ repeated: [], loaded: new Set() })
    expect(schedule.legs.map(({ pool, nodes }) => [pool, nodes])).toEqual([
      ['linux/amd64', [1]],
      ['linux/amd64+cuda', [2]],
    ])
  })

  test.each<[string, Partial<PlannedWork>, Partial<ScheduleOptions>]>([
    ['it is cheap', { prefixes: work().prefixes.map((prefix) => ({ ...prefix, costMs: 10_000 })) }, {}],
    ['steps may repeat', {}, { repeat: 'free' }],
    ['there shall be no waves', {}, { waves: 0 }],
  ])('is built in each where %s: written by the first, and counted as repeated', (_, changes, options) => {
    const schedule = share({ items, ...changes }, {}, options)
    expect(placesOf(schedule, 0)).toEqual([[], expect.arrayContaining(['linux/amd64', 'linux/amd64+cuda'])])
    const legs = schedule.legs.filter(({ nodes }) => nodes.includes(0))
    expect(legs.map(({ repeats }) => repeats.includes(0))).toEqual([false, true])
    expect(schedule.repeated).toMatchObject([{ node: 0, extra: 1 }])
  })

  /** The pool has the same core in a repository of its own, as prefix 2. */
  const TWICE: Partial<PlannedWork> = {
    items,
    tops: [1, 3],
    prefixes: [
      samplePrefix({ key: 'core', costMs: 60_000 }),
      samplePrefix({ key: 'serve', parent: 0, layer: 'app', costMs: 10_000 }),
      samplePrefix({ key: 'core', item: 1, costMs: 60_000 }),
      samplePrefix({ key: 'train', item: 1, parent: 2, layer: 'app', costMs: 10_000 }),
    ],
    bytes: [1e9, 1e8, 1e9, 1e8],
  }
  const poolReads = (...repositories: readonly string[]) => ({ pools: { 'linux/amd64+cuda': repositories } })

  test('is loaded by a pool with a repository of its own, which writes it there', () => {
    const schedule = share(TWICE, poolReads('eu.example/cache', CACHE.ref))
    expect(placesOf(schedule, 0)).toEqual([[['linux/amd64']], []])
    expect(placesOf(schedule, 2)).toEqual([[[]], ['linux/amd64+cuda']])
    expect(schedule.loaded).toEqual(new Set([2]))
    expect(schedule.makespanMs).toBe(60_000 + 10_000 + 5_000 + 2 * OPTIONS.legStartMs)
  })

  test('is built by each where neither reads what the other writes', () => {
    const schedule = share(TWICE, poolReads('eu.example/cache'))
    expect(placesOf(schedule, 0).flat(2)).toEqual(['linux/amd64'])
    expect(placesOf(schedule, 2).flat(2)).toEqual(['linux/amd64+cuda'])
    expect(schedule.loaded).toEqual(new Set())
  })

  test('is not built again for a repository that is read and has it', () => {
    const prefixes = TWICE.prefixes?.map((prefix, index) => {
      const state = index === 0 ? 'warm' : index === 2 ? 'covered' : prefix.state
      return { ...prefix, state } as const
    })
    const schedule = share({ ...TWICE, ...(prefixes && { prefixes }) }, poolReads('eu.example/cache', CACHE.ref))
    expect(placesOf(schedule, 0).flat(2)).toEqual([])
    expect(placesOf(schedule, 2)).toEqual([[], ['linux/amd64+cuda']])
    expect(schedule.waves).toEqual([])
  })
})

/** Where the caches of three pools are, each by the repository it writes and whether it reads the plain one. */
const PLACES = ['plain', 'own', 'alone'] as const

describe('whatever pools there are, and wherever their caches are', () => {
  const POOLS = ['linux/amd64', 'linux/amd64+a', 'linux/amd64+b']
  /** Two shared layers and an app, in three pools; a prefix for each home. */
  const placed = (places: readonly (typeof PLACES)[number][], costMs: number) => {
    const repositories = places.map((place, index) => {
      const own = `r.example/own-${index}`
      return place === 'plain' ? [CACHE.ref] : place === 'own' ? [own, CACHE.ref] : [own]
    })
    const tree = new Map<string, PlannedWork['prefixes'][number]>()
    const indexOf = (name: string, prefix: PlannedWork['prefixes'][number]): number => {
      if (!tree.has(name)) tree.set(name, prefix)
      return [...tree.keys()].indexOf(name)
    }
    const tops = POOLS.map((_, item) => {
      const home = repositories[item]?.[0] ?? ''
      const below = indexOf(`${home} low`, samplePrefix({ key: 'low', item, costMs }))
      const above = indexOf(`${home} high`, samplePrefix({ key: 'high', item, parent: below, costMs }))
      return indexOf(`${home} app ${item}`, samplePrefix({ key: `app ${item}`, item, parent: above, costMs: 1_000 }))
    })
    const prefixes = [...tree.values()]
    const items = POOLS.map((pool, index) => sampleWork({ manifestId: `m${index}`, pool }))
    const cache = { ...CACHE, pools: Object.fromEntries(POOLS.map((pool, index) => [pool, repositories[index] ?? []])) }
    return { repositories, cache, work: { items, tops, prefixes, bytes: prefixes.map(() => 1) } }
  }

  test('a step runs once for every repository that cannot be read, and every ref is written by one leg', () => {
    const places = fc.tuple(
      fc.constantFrom('plain', 'own', 'alone'),
      fc.constantFrom(...PLACES),
      fc.constantFrom(...PLACES),
    )
    fc.assert(
      fc.property(
        places,
        fc.integer({ min: 0, max: 90_000 }),
        fc.constantFrom('never', 'cheap'),
        (where, costMs, repeat) => {
          const { repositories, cache, work: made } = placed(where, costMs)
          const schedule = shareOut(made, { cache, handsOn: true }, { ...OPTIONS, repeat })
          const legs = phasesOf(schedule)
          const writes = legs.flatMap(({ nodes, repeats }) => nodes.filter((node) => !repeats.includes(node)))
          expect(writes.toSorted((a, b) => a - b)).toEqual(made.prefixes.map((_, index) => index))
          const runs = legs.flatMap(({ nodes }) => nodes.filter((node) => !schedule.loaded.has(node)))
          const homes = new Set(repositories.map(([home = '']) => home))
          // A home that reads another one of these needs no run of its own.
          const needed = repositories.filter(([home], index) => {
            const isFirst = repositories.findIndex(([other]) => other === home) === index
            return isFirst && !repositories[index]?.slice(1).some((other) => homes.has(other))
          })
          if (costMs >= OPTIONS.legStartMs || (repeat === 'never' && costMs > 0)) {
            expect(runs.filter((node) => made.prefixes[node]?.key === 'high')).toHaveLength(needed.length)
          }
          for (const node of schedule.loaded) {
            const key = made.prefixes[node]?.key
            const wave = schedule.waves[0]?.flatMap(({ nodes }) => nodes.map((each) => made.prefixes[each]?.key))
            expect(wave).toContain(key)
          }
        },
      ),
    )
  })
})
