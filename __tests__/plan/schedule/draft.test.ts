import { describe, expect, test } from '@jest/globals'
import { listSchedule } from '../../../src/plan/schedule/draft.ts'
import { excessOf, gridValue, mostRuns } from '../../../src/plan/schedule/limits.ts'
import { sampleOptions } from './work.ts'

describe('listSchedule', () => {
  test.each([
    { durations: [], machines: 2, end: 0 },
    { durations: [5, 3], machines: 2, end: 5 },
    { durations: [5, 3, 3], machines: 2, end: 6 },
    { durations: [3, 3, 5], machines: 2, end: 8 },
    { durations: [1, 2, 3], machines: 1, end: 6 },
  ])('$durations on $machines: $end', ({ durations, machines, end }) => {
    expect(listSchedule(durations, machines)).toBe(end)
  })
})

describe('mostRuns', () => {
  test.each([
    { cost: 0, repeat: 'never', runs: Infinity },
    { cost: 1, repeat: 'never', runs: 1 },
    { cost: 1, repeat: 'free', runs: Infinity },
    { cost: 10_000, repeat: 'cheap', runs: 3 },
    { cost: 9_999, repeat: 'cheap', runs: 4 },
    { cost: 29_999, repeat: 'cheap', runs: 2 },
    { cost: 30_000, repeat: 'cheap', runs: 1 },
  ] as const)('$cost ms, $repeat: $runs', ({ cost, repeat, runs }) => {
    expect(mostRuns(cost, sampleOptions({ repeat }))).toBe(runs)
  })
})

test('excessOf counts what is over each limit', () => {
  const room = { ms: 100, bytes: 100, targets: 10 }
  expect(excessOf({ ms: 100, bytes: 0, targets: 10 }, room)).toBe(0)
  expect(excessOf({ ms: 150, bytes: 0, targets: 20 }, room)).toBeCloseTo(1.5)
})

test('gridValue is the next value of a fixed grid', () => {
  const value = gridValue(1_000)
  expect(value).toBeGreaterThanOrEqual(1_000)
  expect(value).toBeLessThan(1_015)
  expect(gridValue(value)).toBeCloseTo(value, 6)
  expect(gridValue(value - 1)).toBeCloseTo(value, 6)
  expect(gridValue(0)).toBe(0)
})
