import { describe, expect, test } from '@jest/globals'
import { matchesPattern, matchesSelector, renderSelector, singleName } from '../../src/factory/selector.ts'

describe('patterns', () => {
  test.each([
    ['a', 'a', true],
    ['a', 'ab', false],
    ['1.0', '1x0', false],
    ['*', '.hidden', true],
    ['*', '0.1.0', true],
    ['cuda-*', 'cuda-12.6', true],
    ['cuda-*', 'rocm-6', false],
    ['*cuda*', '0.2.0-cuda', true],
    ['m[12]', 'm2', true],
    ['m[12]', 'm3', false],
    ['{a,b}-?', 'b-1', true],
    ['{a,b}-?', 'b-12', false],
    ['linux/arm*', 'linux/arm/v7', true],
    ['*/arm*', 'linux/amd64', false],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected)
  })
})

test('a selector holds what one pattern holds and none of "not"', () => {
  const selector = { any: ['a*', 'b'], not: ['ab'] }
  expect(['a', 'ab', 'b', 'c'].filter((name) => matchesSelector(selector, name))).toEqual(['a', 'b'])
})

test.each([
  [{ any: ['a'], not: [] }, 'a', 'a'],
  [{ any: ['a*'], not: [] }, undefined, 'a*'],
  [{ any: ['a', 'b', 'c'], not: [] }, undefined, 'a, b or c'],
  [{ any: ['*'], not: ['a'] }, undefined, 'anything but a'],
])('%j', (selector, name, text) => {
  expect([singleName(selector), renderSelector(selector)]).toEqual([name, text])
})
