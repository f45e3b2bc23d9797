import { describe, expect, test } from '@jest/globals'
import { readLintInput } from '../../src/commands/lint-input.ts'

const read = (text: string) => readLintInput((name) => (name === 'lint' ? text : ''))

describe('input lint', () => {
  test.each([
    ['', { rules: {} }],
    ['off', { all: 'off', rules: {} }],
    ['all=error', { all: 'error', rules: {} }],
    ['warn, latest-image=off', { all: 'warn', rules: { 'latest-image': 'off' } }],
    [
      'latest-image = off\nfile-modes=error\nlatest-image=warn',
      { rules: { 'latest-image': 'warn', 'file-modes': 'error' } },
    ],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test.each([
    ['loud', 'input lint has "loud"; expected warn, error, off, or rule=level'],
    ['eror', 'input lint has "eror"; expected warn, error, off, or rule=level; did you mean "error"?'],
    ['latest-image=never', 'input lint has "never"; expected warn, error, off, or rule=level'],
    ['latest-imag=off', 'input lint names "latest-imag"; expected the id of a rule; did you mean "latest-image"?'],
    ['constructor=off', 'input lint names "constructor"; expected the id of a rule'],
  ])('%j is refused', (text, message) => {
    expect(() => read(text)).toThrow(new Error(message))
  })
})
