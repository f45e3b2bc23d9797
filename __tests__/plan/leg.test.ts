import { describe, expect, test } from '@jest/globals'
import type { Pool } from '../../src/factory/factory.ts'
import type { WorkItem } from '../../src/factory/work-item.ts'
import { planLegs } from '../../src/plan/leg.ts'
import { sampleWork } from '../support/samples.ts'

const STAMP = { plannedAt: '2026-11-22T15:39:57.000Z', digest: '3f9c0a1b2c3d4e5f' }

const work = (manifestId: string, platform: string, pool?: string): WorkItem =>
  sampleWork({ manifestId, platform, ...(pool === undefined ? {} : { pool }) })

const POOLS: readonly Pool[] = [
  { name: 'linux/amd64', platform: 'linux/amd64', runsOn: ['ubuntu-26.04'] },
  { name: 'linux/amd64+cuda', platform: 'linux/amd64', accelerator: 'cuda', runsOn: ['self-hosted', 'bigdisk'] },
]

describe('planLegs', () => {
  test('makes one small leg for each work item', () => {
    expect(planLegs([work('llm_factory', 'linux/amd64', 'linux/amd64')], POOLS, STAMP)).toEqual([
      {
        leg: {
          id: 'llm_factory-linux-amd64',
          name: 'amd64 · llm_factory',
          kind: 'build',
          platform: 'linux/amd64',
          pool: 'linux/amd64',
          'runs-on': 'ubuntu-26.04',
          'planned-at': STAMP.plannedAt,
          'plan-digest': STAMP.digest,
        },
        items: [0],
      },
    ])
  })

  test.each([
    ['its pool', work('a', 'linux/amd64', 'linux/amd64+cuda'), POOLS, ['self-hosted', 'bigdisk']],
    ['the amd64 pool, which emulates', work('a', 'linux/arm64'), POOLS, 'ubuntu-26.04'],
    ['the default runner', work('a', 'linux/arm64'), [], 'ubuntu-24.04'],
  ] as const)('runs on %s', (_, item, pools, expected) => {
    expect(planLegs([item], pools, STAMP)[0]?.leg['runs-on']).toEqual(expected)
  })

  test.each([
    ['linux/amd64', 'amd64 · a', 'a-linux-amd64'],
    ['linux/arm/v7', 'arm/v7 · a', 'a-linux-arm-v7'],
    ['windows/amd64', 'windows/amd64 · a', 'a-windows-amd64'],
  ])('on %s it is called %s', (platform, name, id) => {
    expect(planLegs([work('a', platform)], [], STAMP)[0]?.leg).toMatchObject({ name, id })
  })

  test('a leg does not change when others come or go', () => {
    const items = [work('a', 'linux/amd64'), work('b', 'linux/amd64')]
    const [alone] = planLegs(items.slice(1), POOLS, STAMP)
    expect(planLegs(items, POOLS, STAMP)[1]).toEqual({ ...alone, items: [1] })
  })
})
