import { describe, expect, test } from '@jest/globals'
import { makePlan, planArtifactName, type PlanInput } from '../../src/plan/plan.ts'
import { PLANNED, sampleLayer, samplePrefix, sampleScheduled, sampleWork } from '../support/samples.ts'

const ITEM = sampleWork({ manifestId: 'a', layers: [sampleLayer()] })

const INPUT: PlanInput = {
  ...PLANNED,
  items: [ITEM],
  tops: [0],
  prefixes: [samplePrefix()],
  contents: [{ steps: 1, inputs: [], auxiliary: false, unpinned: [] }],
  excluded: [{ manifestId: 'b', reason: 'no', place: { file: 'strata.yaml', line: 3, column: 5 } }],
  aliases: { a: ['alias'] },
  schedule: { waves: [[sampleScheduled({ nodes: [0] })]], legs: [sampleScheduled({ leaves: [0] })] },
}

describe('makePlan', () => {
  test('brings together what it was given, and stamps every leg', () => {
    const plan = makePlan(INPUT)
    const { schedule: _, pools: __, ...given } = INPUT
    expect(plan).toMatchObject({ version: 2, ...given })
    expect(plan.digest).toMatch(/^[0-9a-f]{16}$/)
    const legs = [...plan.waves.flat(), ...plan.legs]
    expect(legs.map(({ leg }) => [leg.id, leg['plan-digest'], leg['planned-at']])).toEqual([
      ['wave-1-linux-amd64-1', plan.digest, INPUT.plannedAt],
      ['linux-amd64-1', plan.digest, INPUT.plannedAt],
    ])
    expect(planArtifactName(plan.digest)).toBe(`strata-plan-${plan.digest}`)
  })

  test('has the same digest for the same content, whenever it was planned', () => {
    expect(makePlan({ ...INPUT, plannedAt: '2027-01-01T00:00:00.000Z' }).digest).toBe(makePlan(INPUT).digest)
    const copy = JSON.parse(JSON.stringify(INPUT)) as PlanInput
    expect(makePlan(copy).digest).toBe(makePlan(INPUT).digest)
  })

  test.each<[string, PlanInput]>([
    ['name', { ...INPUT, name: 'other' }],
    ['access', { ...INPUT, cache: { ...INPUT.cache, access: { read: true, write: false, reason: 'a fork' } } }],
    ['items', { ...INPUT, items: [] }],
    ['layers', { ...INPUT, items: [{ ...ITEM, layers: [sampleLayer({ variant: 'debian-13' })] }] }],
    ['states', { ...INPUT, prefixes: [samplePrefix({ state: 'warm' })] }],
    ['schedules', { ...INPUT, schedule: { ...INPUT.schedule, waves: [] } }],
  ])('has another digest when the %s differ', (_, input) => {
    expect(makePlan(input).digest).not.toBe(makePlan(INPUT).digest)
  })
})
