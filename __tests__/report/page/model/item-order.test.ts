import { expect, test } from '@jest/globals'
import { outcomeOfItem } from '../../../../src/report/page/model/filter.ts'
import { sortItems, type ItemOrder } from '../../../../src/report/page/model/item-order.ts'
import type { ReportItem } from '../../../../src/report/run-report.ts'

const item = (manifestId: string, changes: Partial<ReportItem>): ReportItem => ({
  ...{ manifestId, aliases: [], platform: 'linux/amd64', verdict: 'built', published: [], variants: [] },
  ...{ totalSteps: 10, cachedSteps: 10, durationMs: 1_000 },
  ...changes,
})

const ITEMS = [
  item('c', {}),
  item('a', { cachedSteps: 8, durationMs: 3_000 }),
  item('d', { verdict: 'missing', totalSteps: 0, cachedSteps: 0, durationMs: 0 }),
  item('b', { cachedSteps: 4, platform: 'linux/arm64' }),
  item('e', { verdict: 'failed', cachedSteps: 9 }),
]

test.each([
  ['outcome', false, 'edbac'],
  ['outcome', true, 'cabde'],
  ['manifest', false, 'abcde'],
  ['manifest', true, 'edcba'],
  ['platform', false, 'cadeb'],
  ['ran', true, 'baecd'],
  ['ratio', false, 'baecd'],
  ['time', true, 'acbed'],
] as const)('by %s, down %j: %s', (by: ItemOrder['by'], down, order) => {
  const outcomes = ITEMS.map(outcomeOfItem)
  const sorted = sortItems(ITEMS, outcomes, [0, 1, 2, 3, 4], { by, down })
  expect(sorted.map((index) => ITEMS[index]?.manifestId).join('')).toBe(order)
})

test('only what is asked for', () => {
  expect(sortItems(ITEMS, ITEMS.map(outcomeOfItem), [3, 0, 9], { by: 'manifest', down: false })).toEqual([3, 0])
})
