import { expect, test } from '@jest/globals'
import { renderDuration } from '../../src/progress/duration.ts'

test.each([
  { ms: 0, expected: '0.0s' },
  { ms: 850, expected: '0.8s' },
  { ms: 12_340, expected: '12.3s' },
  { ms: 59_940, expected: '59.9s' },
  { ms: 59_960, expected: '1m00s' },
  { ms: 125_000, expected: '2m05s' },
  { ms: 3_599_600, expected: '1h00m' },
  { ms: 3_720_000, expected: '1h02m' },
  { ms: -1, expected: '–' },
  { ms: Number.NaN, expected: '–' },
])('$ms ms is said as $expected', ({ ms, expected }) => {
  expect(renderDuration(ms)).toBe(expected)
})
