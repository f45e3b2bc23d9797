import { describe, expect, test } from '@jest/globals'
import { makePlan, type PlanInput } from '../../src/plan/plan.ts'
import { PLANNED, sampleWork } from '../support/samples.ts'

const INPUT: PlanInput = {
  ...PLANNED,
  pools: [],
  expansion: {
    items: [sampleWork({ manifestId: 'a' })],
    excluded: [{ manifestId: 'b', reason: 'no', place: { file: 'strata.yaml', line: 3, column: 5 } }],
    aliases: { a: ['alias'] },
  },
}

describe('makePlan', () => {
  test('brings together what it was given, and stamps every leg', () => {
    const plan = makePlan(INPUT)
    expect(plan).toMatchObject({ version: 1, name: 'llm-factory', aliases: { a: ['alias'] } })
    expect(plan.items).toEqual(INPUT.expansion.items)
    expect(plan.excluded).toEqual(INPUT.expansion.excluded)
    expect(plan.digest).toMatch(/^[0-9a-f]{16}$/)
    expect(plan.legs.map(({ leg }) => [leg.id, leg['plan-digest'], leg['planned-at']])).toEqual([
      ['a-linux-amd64', plan.digest, INPUT.plannedAt],
    ])
  })

  test('has the same digest for the same content, whenever it was planned', () => {
    expect(makePlan({ ...INPUT, plannedAt: '2027-01-01T00:00:00.000Z' }).digest).toBe(makePlan(INPUT).digest)
  })

  test.each([
    ['name', { ...INPUT, name: 'other' }],
    ['access', { ...INPUT, cache: { ...INPUT.cache, access: { read: true, write: false, reason: 'a fork' } } }],
    ['items', { ...INPUT, expansion: { ...INPUT.expansion, items: [] } }],
  ])('has another digest when the %s differ', (_, input) => {
    expect(makePlan(input).digest).not.toBe(makePlan(INPUT).digest)
  })
})
