import { expect, test } from '@jest/globals'
import { liveThrough } from '../support/e2e/nights.ts'

test('three nights of prewarming run the steps that were planned, and every pull request finds stable layers warm', async () => {
  const nights = await liveThrough({ days: 3, baseMoves: [2], broken: [2, 3], rollover: 3 })
  expect(nights.map(({ day, planned, ran, failed }) => [day, planned, ran + failed, failed])).toEqual([
    [1, 4, 4, 0],
    [2, 4, 4, 1],
    [3, 4, 4, 0],
  ])
  expect(nights.flatMap(({ warnings }) => warnings)).toEqual([])
})
