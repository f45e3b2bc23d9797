import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { backoff, parseRetryAfter } from '../../../src/io/registry/retry.ts'

test('the back-off doubles up to a limit, and chance adds up to the same again', () => {
  const attempts = fc.integer({ min: 1, max: 40 })
  fc.assert(
    fc.property(attempts, fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const wait = backoff(attempt, random)
      expect(wait).toBeGreaterThanOrEqual(backoff(attempt, 0))
      expect(wait).toBeLessThanOrEqual(2 * backoff(attempt, 0))
      expect(wait).toBeLessThanOrEqual(8000)
      expect(backoff(attempt + 1, random)).toBeGreaterThanOrEqual(wait)
    }),
  )
})

test.each([
  [null, undefined],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 1970 00:01:40 GMT', 90_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
])('Retry-After %j is %j ms', (value, expected) => {
  expect(parseRetryAfter(value, 10_000)).toBe(expected)
})
