import { describe, expect, test } from '@jest/globals'
import { didYouMean, suggest } from '../src/suggest.ts'

describe('suggest', () => {
  test.each([
    ['a missing letter', 'manifest', ['manifests', 'layers'], 'manifests'],
    ['a swap of neighbours', 'lyaers', ['manifests', 'layers'], 'layers'],
    ['another case', 'Layers', ['layers'], 'layers'],
    ['the nearest', 'core-1', ['core-2', 'core-10', 'core'], 'core-2'],
    ['the first of equals', 'core-1', ['core-3', 'core-2'], 'core-3'],
    ['nothing near', 'platforms', ['layers', 'pools'], undefined],
    ['no names at all', 'x', [], undefined],
  ] as const)('%s', (_, word, names, expected) => {
    expect(suggest(word, names)).toBe(expected)
  })
})

test('didYouMean is a hint, or none', () => {
  expect(didYouMean('lyaers', ['layers'])).toEqual({ hint: 'did you mean "layers"?' })
  expect(didYouMean('zzz', ['layers'])).toEqual({})
})
