import { describe, expect, test } from '@jest/globals'
import { InputError, inputError, renderProblem } from '../src/problem.ts'

const PLACE = { file: 'strata.yaml', line: 12, column: 5 }

describe('renderProblem', () => {
  test.each([
    [{ found: 'no layers' }, 'no layers'],
    [{ place: PLACE, found: 'no layers' }, 'strata.yaml:12:5: no layers'],
    [{ found: 'no layers', expected: 'at least one' }, 'no layers; expected at least one'],
    [{ found: 'unknown key "lyaers"', hint: 'did you mean "layers"?' }, 'unknown key "lyaers"; did you mean "layers"?'],
    [{ place: PLACE, found: 'a', expected: 'b', hint: 'c' }, 'strata.yaml:12:5: a; expected b; c'],
  ])('%j', (problem, expected) => {
    expect(renderProblem(problem)).toBe(expected)
  })
})

describe('InputError', () => {
  test('says every problem, a line each, and keeps them', () => {
    const problems = [{ place: PLACE, found: 'a' }, { found: 'b' }]
    const error = new InputError(problems)
    expect(error.message).toBe('strata.yaml:12:5: a\nb')
    expect(error.problems).toBe(problems)
    expect(error.name).toBe('InputError')
  })

  test('carries its cause', () => {
    const cause = new Error('ENOENT')
    expect(inputError('no file', { hint: 'check the path' }, { cause })).toMatchObject({
      message: 'no file; check the path',
      cause,
    })
  })
})
