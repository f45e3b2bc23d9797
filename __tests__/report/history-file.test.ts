import { describe, expect, test } from '@jest/globals'
import { parseHistory, renderHistory } from '../../src/report/history-file.ts'
import type { PastRun } from '../../src/report/fold/trend.ts'

const RUN: PastRun = {
  run: '7',
  point: {
    ...{ startedAt: '2026-11-22T15:39:57.000Z', url: 'https://github.com/acme/factory/actions/runs/7', hitRatio: 0.5 },
    ...{ stepsRun: 3, stepsUnique: 6, durationMs: 1000 },
  },
}

describe('a history', () => {
  test('is read as it was written', () => {
    expect(parseHistory(renderHistory([RUN, { ...RUN, run: '8' }]))).toEqual([RUN, { ...RUN, run: '8' }])
  })

  test.each([
    ['no text', ''],
    ['no JSON', '{'],
    ['another version', '{"version":2,"runs":[]}'],
    ['no runs', '{"version":1}'],
    ['a run that is none', '{"version":1,"runs":[7,{"run":"7"},{"run":"7","point":{"startedAt":"a","hitRatio":"1"}}]}'],
    ['a ratio that is no number', renderHistory([RUN]).replace('0.5', '"0.5"')],
    ['a time below zero', renderHistory([RUN]).replace('1000', '-1')],
  ])('of %s has no runs', (_, text) => {
    expect(parseHistory(text)).toEqual([])
  })
})
