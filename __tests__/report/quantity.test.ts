import { expect, test } from '@jest/globals'
import { renderBar, renderCount, renderDuration, renderPercent } from '../../src/report/quantity.ts'

test.each([
  [0, '0 ms'],
  [850.4, '850 ms'],
  [999.6, '999 ms'],
  [3_250, '3.2 s'],
  [9_999, '9.9 s'],
  [59_999, '59 s'],
  [245_400, '4 min 05 s'],
  [3_720_000, '1 h 02 min'],
  [-1, '–'],
  [Number.NaN, '–'],
])('%d ms is said as %s', (ms, expected) => {
  expect(renderDuration(ms)).toBe(expected)
})

test.each([
  [0, '0%', '`░░░░░░░░░░`\u00a00%'],
  [0.001, '1%', '`█░░░░░░░░░`\u00a01%'],
  [0.5, '50%', '`█████░░░░░`\u00a050%'],
  [0.999, '99%', '`█████████░`\u00a099%'],
  [1, '100%', '`██████████`\u00a0100%'],
  [Number.NaN, '–', '`░░░░░░░░░░`\u00a0–'],
])('a ratio of %d is %s: only all is 100%% and only none is 0%%', (ratio, percent, bar) => {
  expect(renderPercent(ratio)).toBe(percent)
  expect(renderBar(ratio)).toBe(bar)
})

test.each([
  [1, '1 step'],
  [0, '0 steps'],
  [1_234_567, '1,234,567 steps'],
])('%d', (count, expected) => {
  expect(renderCount(count, 'step')).toBe(expected)
})
