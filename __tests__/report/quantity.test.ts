import { expect, test } from '@jest/globals'
import { renderBar, renderCount, renderPercent } from '../../src/report/quantity.ts'

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
