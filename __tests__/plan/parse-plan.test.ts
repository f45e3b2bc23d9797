import { describe, expect, test } from '@jest/globals'
import { findLeg, parseLeg, parsePlan } from '../../src/plan/parse-plan.ts'
import { encodePlan } from '../../src/plan/plan-file.ts'
import { makePlan } from '../../src/plan/plan.ts'
import { PLANNED, sampleLayer, sampleLeg, sampleScheduled, sampleWork } from '../support/samples.ts'

const PLAN = makePlan({
  ...PLANNED,
  items: [sampleWork({ layers: [sampleLayer()] })],
  tops: [null],
  schedule: { waves: [[sampleScheduled()]], legs: [sampleScheduled({ leaves: [0] })] },
})
const TEXT = JSON.stringify(encodePlan(PLAN))

describe('parsePlan', () => {
  test('reads what was written', () => {
    expect(parsePlan(TEXT, 'plan.json')).toEqual(PLAN)
  })

  test.each([
    ['', 'plan file plan.json is not JSON; was it cut off, or is it empty?'],
    [TEXT.slice(0, 99), 'plan file plan.json is not JSON; was it cut off, or is it empty?'],
    ['null', 'plan.json is not a plan file; expected the file that output plan-path of the plan action names'],
    ['{"include": []}', 'plan.json is not a plan file; expected the file'],
    [
      JSON.stringify({ ...encodePlan(PLAN), version: 1 }),
      'plan.json is a plan of version 1; expected version 2; use the same release of Strata for plan and build',
    ],
  ])('refuses %j', (text, message) => {
    expect(() => parsePlan(text, 'plan.json')).toThrow(message)
  })
})

describe('parseLeg', () => {
  test('takes the id, the digest and the time of the plan from an entry of the matrix', () => {
    expect(parseLeg(JSON.stringify(sampleLeg()))).toEqual({
      ...{ id: 'llm_factory-linux-amd64', digest: '3f9c0a1b2c3d4e5f' },
      plannedAt: new Date('2026-11-22T15:39:57.000Z'),
    })
    expect(parseLeg('{"id":"a","planned-at":"soon"}')).toEqual({ id: 'a' })
  })

  test('does without the digest', () => {
    expect(parseLeg('{"id": "a"}')).toEqual({ id: 'a' })
  })

  test.each([
    ['a', 'input leg is not JSON'],
    ['{}', 'input leg has no id; expected ${{ toJSON(matrix) }} of a matrix that the plan action made'],
    ['{"id": 1}', 'input leg has no id'],
    ['null', 'input leg has no id'],
  ])('refuses %j', (text, message) => {
    expect(() => parseLeg(text)).toThrow(message)
  })
})

describe('findLeg', () => {
  test('finds the leg of the id', () => {
    expect(findLeg(PLAN, 'linux-amd64-1')).toBe(PLAN.legs[0])
    expect(findLeg(PLAN, 'wave-1-linux-amd64-1')).toBe(PLAN.waves[0]?.[0])
  })

  test('says what to check when there is none', () => {
    expect(() => findLeg(PLAN, 'other')).toThrow('the plan has no leg other; were plan and build given the same')
  })
})
