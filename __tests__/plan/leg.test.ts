import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Pool } from '../../src/factory/factory.ts'
import { isEmulated, planLegs, poolOf, type PlannedLegs } from '../../src/plan/leg.ts'
import type { ScheduledLeg } from '../../src/plan/schedule/work.ts'
import { samplePrefix, sampleScheduled, sampleWork } from '../support/samples.ts'

const STAMP = { plannedAt: '2026-11-22T15:39:57.000Z', digest: '3f9c0a1b2c3d4e5f' }

const POOLS: readonly Pool[] = [
  { name: 'linux/amd64', platform: 'linux/amd64', runsOn: ['ubuntu-26.04'] },
  { name: 'linux/amd64+cuda', platform: 'linux/amd64', accelerator: 'cuda', runsOn: ['self-hosted', 'bigdisk'] },
]

/** Two cores, the first with two apps, the second with one; and an image without steps. */
const NAMED = {
  items: ['serve', 'train', 'other', 'bare'].map((manifestId) => sampleWork({ manifestId })),
  prefixes: [
    samplePrefix({ variant: 'py312' }),
    samplePrefix({ parent: 0, layer: 'app', variant: 'serve' }),
    samplePrefix({ parent: 0, layer: 'app', variant: 'train', item: 1 }),
    samplePrefix({ variant: 'py313', item: 2 }),
  ],
  tops: [1, 2, 3, null],
}

const legsOf = (legs: readonly ScheduledLeg[], pools = POOLS): PlannedLegs =>
  planLegs(NAMED, { waves: [], legs }, pools, STAMP)

const nameOf = (leg: Partial<ScheduledLeg>): string | undefined => legsOf([sampleScheduled(leg)]).legs[0]?.leg.name

describe('planLegs', () => {
  test('has no leg with an image when stable prefixes alone are planned', () => {
    const legs = [sampleScheduled({ nodes: [0, 3] })]
    const [planned] = planLegs({ ...NAMED, prewarm: true }, { waves: [], legs }, POOLS, STAMP).legs
    expect(planned).toMatchObject({
      leg: { id: 'prewarm-linux-amd64-1', name: 'amd64 · prewarm · mixed · 2 prefixes', kind: 'wave' },
      items: [],
      writes: [0, 3],
    })
  })

  test('makes a small leg of what is built together', () => {
    const scheduled = sampleScheduled({ leaves: [0, 1], nodes: [0, 1, 2], repeats: [0] })
    expect(legsOf([scheduled])).toEqual({
      waves: [],
      legs: [
        {
          leg: {
            id: 'linux-amd64-1',
            name: 'amd64 · py312 · 2 images',
            kind: 'build',
            platform: 'linux/amd64',
            pool: 'linux/amd64',
            'runs-on': 'ubuntu-26.04',
            'planned-at': STAMP.plannedAt,
            'plan-digest': STAMP.digest,
          },
          items: [0, 1],
          writes: [1, 2],
          repeats: [0],
        },
      ],
    })
  })

  test.each([
    ['its one work item', { leaves: [3] }, 'amd64 · bare'],
    ['the variant that all share', { leaves: [0, 1] }, 'amd64 · py312 · 2 images'],
    ['nothing where they share nothing', { leaves: [0, 2] }, 'amd64 · mixed · 2 images'],
    ['nothing where one has no steps', { leaves: [0, 3] }, 'amd64 · mixed · 2 images'],
  ])('is called after %s', (_, leg, name) => {
    expect(nameOf(leg)).toBe(name)
  })

  test('legs of waves build prefixes', () => {
    const wave = [sampleScheduled({ nodes: [0] }), sampleScheduled({ slot: 1, nodes: [1, 2] })]
    const { waves } = planLegs(NAMED, { waves: [wave, wave], legs: [] }, POOLS, STAMP)
    expect(waves.flat().map(({ leg, items, writes }) => [leg.id, leg.kind, leg.name, items, writes])).toEqual([
      ['wave-1-linux-amd64-1', 'wave', 'amd64 · wave 1 · py312', [], [0]],
      ['wave-1-linux-amd64-2', 'wave', 'amd64 · wave 1 · py312 · 2 prefixes', [], [1, 2]],
      ['wave-2-linux-amd64-1', 'wave', 'amd64 · wave 2 · py312', [], [0]],
      ['wave-2-linux-amd64-2', 'wave', 'amd64 · wave 2 · py312 · 2 prefixes', [], [1, 2]],
    ])
  })

  test.each([
    ['its pool', 'linux/amd64+cuda', POOLS, ['self-hosted', 'bigdisk']],
    ['the amd64 pool, which emulates', 'linux/arm64', POOLS, 'ubuntu-26.04'],
    ['the default runner', 'linux/arm64', [], 'ubuntu-24.04'],
  ])('runs on %s', (_, pool, pools, expected) => {
    expect(legsOf([sampleScheduled({ pool, leaves: [0] })], pools).legs[0]?.leg['runs-on']).toEqual(expected)
  })

  test.each([
    ['linux/amd64', 'linux/amd64', 'amd64 · a', 'linux-amd64-1'],
    ['linux/amd64', 'linux/amd64+cuda', 'amd64+cuda · a', 'linux-amd64-cuda-1'],
    ['linux/arm/v7', 'linux/arm/v7', 'arm/v7 · a', 'linux-arm-v7-1'],
    ['windows/amd64', 'windows/amd64', 'windows/amd64 · a', 'windows-amd64-1'],
  ])('on %s in pool %s it is called %s', (platform, pool, name, id) => {
    const named = { items: [sampleWork({ manifestId: 'a', platform })], prefixes: [], tops: [null] }
    const { legs } = planLegs(named, { waves: [], legs: [sampleScheduled({ pool, leaves: [0] })] }, POOLS, STAMP)
    expect(legs[0]?.leg).toMatchObject({ name, id, platform })
  })

  const scheduled = fc.record({
    pool: fc.constantFrom('linux/amd64', 'linux/amd64+cuda'),
    leaves: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
  })
  /** Slots are numbered in each pool, as schedules have it. */
  const inSlots = (legs: readonly { pool: string; leaves: number[] }[]): readonly ScheduledLeg[] =>
    legs.map(({ pool, leaves }, index) => {
      const slot = legs.slice(0, index).filter((leg) => leg.pool === pool).length
      return sampleScheduled({ pool, leaves, slot })
    })

  test('ids and names are unique over all phases', () => {
    const legs = fc.array(scheduled, { maxLength: 8 }).map(inSlots)
    fc.assert(
      fc.property(fc.array(legs, { maxLength: 3 }), legs, (waves, build) => {
        const wavesOf = waves.map((wave) => wave.map((leg) => ({ ...leg, leaves: [], nodes: leg.leaves })))
        const planned = planLegs(NAMED, { waves: wavesOf, legs: build }, POOLS, STAMP)
        const all = [...planned.waves.flat(), ...planned.legs].map(({ leg }) => leg)
        expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
        expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
      }),
    )
  })

  test('a leg does not change when other work comes or goes', () => {
    fc.assert(
      fc.property(fc.array(scheduled, { minLength: 1, maxLength: 8 }), (legs) => {
        const slots = inSlots(legs)
        const [first] = legsOf(slots).legs
        const [alone] = legsOf(slots.slice(0, 1)).legs
        expect(first?.leg.id).toBe(alone?.leg.id)
        expect(first?.leg.name.startsWith(alone?.leg.name ?? '?')).toBe(true)
      }),
    )
  })
})

describe('poolOf', () => {
  test.each([
    [{ platform: 'linux/arm64' }, 'linux/arm64', true],
    [{ platform: 'linux/amd64' }, 'linux/amd64', false],
    [{ platform: 'linux/arm64', pool: 'linux/arm64' }, 'linux/arm64', false],
    [{ platform: 'linux/amd64', pool: 'linux/amd64+cuda' }, 'linux/amd64+cuda', false],
  ])('%j runs in %s', (item, pool, emulated) => {
    expect([poolOf(item), isEmulated(item)]).toEqual([pool, emulated])
  })
})
