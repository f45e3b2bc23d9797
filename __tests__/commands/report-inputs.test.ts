import { describe, expect, test } from '@jest/globals'
import { readReportInputs } from '../../src/commands/report-inputs.ts'

const read = (given: Readonly<Record<string, string>>) => readReportInputs((name) => given[name] ?? '')

describe('readReportInputs', () => {
  test('has defaults for all of them', () => {
    expect(read({})).toEqual({
      ...{ records: [], ifNoRecords: 'warn', wanted: { layers: {} }, onLowHitRatio: 'warn', history: 30 },
    })
  })

  test.each([
    ['0.9', { all: 0.9, layers: {} }],
    ['90%', { all: 0.9, layers: {} }],
    ['1', { all: 1, layers: {} }],
    ['.5', { all: 0.5, layers: {} }],
    ['0', { all: 0, layers: {} }],
    ['core=0.95\nsecurity = 100 %', { layers: { core: 0.95, security: 1 } }],
    ['80%\ncore=95%', { all: 0.8, layers: { core: 0.95 } }],
  ])('min-hit-ratio %j', (text, wanted) => {
    expect(read({ 'min-hit-ratio': text }).wanted).toEqual(wanted)
  })

  test.each([
    ['90', 'input min-hit-ratio has "90"; expected a ratio from 0 to 1 or a percentage, as 0.9 or 90%'],
    ['core=', 'input min-hit-ratio has "core="'],
    ['101%', 'input min-hit-ratio has "101%"'],
    ['-1', 'input min-hit-ratio has "-1"'],
    ['0.5\n0.6', 'input min-hit-ratio has two ratios for the run'],
  ])('refuses min-hit-ratio %j', (text, message) => {
    expect(() => read({ 'min-hit-ratio': text })).toThrow(message)
  })

  test.each([
    [{ history: '-1' }, 'input history is "-1"; expected a number from 0 to 1000'],
    [{ 'on-low-hit-ratio': 'fial' }, 'did you mean "fail"?'],
    [{ 'if-no-records': 'error' }, 'expected warn, fail, ignore'],
  ])('refuses %j', (given, message) => {
    expect(() => read(given)).toThrow(message)
  })
})
