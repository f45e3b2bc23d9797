import { expect, test } from '@jest/globals'
import { liveThrough, type Night } from '../support/e2e/nights.ts'

test('a fortnight: the base moves twice, a period ends, a fragment breaks and is mended, the registry is out for a night', async () => {
  const nights = await liveThrough({ days: 14, baseMoves: [3, 10], broken: [4, 9], outage: 13, rollover: 12 })
  for (const { day, planned, ran, failed } of nights) expect([day, ran + failed]).toEqual([day, planned])
  // All of it at first, after a move of the base and in a new period; the broken core with growing distance.
  expect(nights.map(({ planned }) => planned)).toEqual([4, 0, 4, 1, 1, 1, 0, 1, 0, 4, 0, 4, 0, 0])
  const daysWith = (has: (night: Night) => boolean): readonly number[] => nights.filter(has).map(({ day }) => day)
  expect(daysWith(({ failed }) => failed > 0)).toEqual([4, 5, 6, 8])
  expect(daysWith(({ held }) => held > 0)).toEqual([7])
  expect(daysWith(({ warnings }) => warnings.length > 0)).toEqual([13])
})
