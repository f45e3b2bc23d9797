import { describe, expect, test } from '@jest/globals'
import { foldFailures } from '../../src/records/failures.ts'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import { sampleRecord, sampleRecordLayer, sampleRecordStep } from '../support/records.ts'

const layers = (key: string, outcome: 'failed' | 'hit') => [
  sampleRecordLayer({ layer: 'base', key: 'base' }),
  sampleRecordLayer({ layer: 'core', key, steps: [sampleRecordStep({ outcome })] }),
]

const record = (day: number, changes: Partial<CompatibilityRecord>): CompatibilityRecord => {
  const finishedAt = `2026-11-${String(day)}T03:20:00Z`
  return sampleRecord({ ...changes, run: { startedAt: finishedAt, finishedAt, number: day, workflow: 'nightly' } })
}

const failed = (day: number, failures: number, key = 'core'): CompatibilityRecord =>
  record(day, { verdict: 'failed', failures, layers: layers(key, 'failed'), error: { message: 'exit 1', logTail: [] } })

const built = (day: number, key = 'core'): CompatibilityRecord => record(day, { layers: layers(key, 'hit') })

/** `core 2 in 11`: what failed, how often, and in which run last. */
const told = (...records: readonly CompatibilityRecord[]): readonly string[] =>
  [...foldFailures(records).values()].map(({ key, times, runNumber }) => `${key} ${times} in ${runNumber}`)

describe('foldFailures', () => {
  test('is what failed last, whatever the order of the records', () => {
    expect(told(failed(10, 1), failed(11, 2))).toEqual(['core 2 in 11'])
    expect(told(failed(11, 2), failed(10, 1))).toEqual(['core 2 in 11'])
  })

  test('is by key, so that a change starts anew', () => {
    expect(told(failed(10, 3, 'before'), failed(11, 1, 'after'))).toEqual(['after 1 in 11', 'before 3 in 10'])
  })

  test('is nothing once it was built, or while it was built only before', () => {
    expect(told(failed(10, 3), built(11))).toEqual([])
    expect(told(built(10), failed(11, 1))).toEqual(['core 1 in 11'])
  })

  test('does not count what runs did that are not counted, and what failed without a step', () => {
    const { failures: _, ...pushed } = failed(10, 1)
    expect(told(pushed, record(11, { verdict: 'failed', failures: 1, layers: layers('core', 'hit') }))).toEqual([])
  })

  test('says what failed and where to look', () => {
    const [failure] = foldFailures([failed(10, 1)]).values()
    expect(failure).toEqual({
      ...{ key: 'core', layer: 'core', variant: '0.1.0', times: 1, runNumber: 10, workflow: 'nightly' },
      message: 'exit 1',
    })
  })
})
