import { describe, expect, test } from '@jest/globals'
import type { Variable } from '../../src/fragment/words.ts'
import { expandWord, WordError } from '../../src/fragment/words.ts'

const KNOWN: Readonly<Record<string, Variable>> = { X: { value: 'ex' }, E: { value: '' }, K: 'keep' }
const lookup = (name: string): Variable => KNOWN[name] ?? 'unset'

describe('expands as BuildKit does', () => {
  test.each([
    ['golang:$X', 'golang:ex'],
    ['golang:${X}-y', 'golang:ex-y'],
    ['$X_Z$U', ''],
    ['$Xé/$X-é', '/ex-é'],
    ['"$X" \'$X\' \\$X', 'ex $X $X'],
    ['"a\\"\\$\\\\\\n"', 'a"$\\\\n'],
    ['${U:-d}${U-d}${X:-d}', 'ddex'],
    ['${E:-d}|${E-d}', 'd|'],
    ['${X:+p}${U:+p}${E+p}${E:+p}', 'pp'],
    ['${U:-${X}}', 'ex'],
    ['${X:?missing}', 'ex'],
    ['$K ${K} ${K:-d} ${K%x}', '$K ${K} ${K:-d} ${K%x}'],
    ['a$', 'a$'],
    ['$$', ''],
  ])('%s', (text, expanded) => {
    expect(expandWord(text, lookup)).toBe(expanded)
  })
})

describe('cannot expand', () => {
  test.each([
    ['"a', 'a double quote is not closed'],
    ["'a", 'a single quote is not closed'],
    ['${X', '${X is not a substitution'],
    ['${X:-d', '} is missing'],
    ['${}', '${ is not followed by a name'],
    ['${X=d}', '${X= is not a substitution'],
    ['${X%.*}', '${X%.*} cuts a pattern out of X'],
    ['${X/a/b}', '${X/a/b} replaces a pattern in X'],
    ['${U:?set it}', 'U has no value: set it'],
    ['${E:?}', 'E has no value: it must be set'],
  ])('%s', (text, message) => {
    expect(() => expandWord(text, lookup)).toThrow(new WordError(message))
  })
})
