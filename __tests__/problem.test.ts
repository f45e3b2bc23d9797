import { describe, expect, test } from '@jest/globals'
import { collectProblems, InputError, inputError, renderProblem } from '../src/problem.ts'

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

describe('collectProblems', () => {
  const fail = (...found: readonly string[]): never => {
    throw new InputError(found.map((text) => ({ found: text })))
  }

  test('gives what was made of each value, in order', () => {
    expect(collectProblems(['a', 'b'], (value, index) => [value, index])).toEqual([
      ['a', 0],
      ['b', 1],
    ])
  })

  test('throws the problems of all values together, each once', () => {
    const make = (value: number): number => (value === 2 ? value : fail('bad', `bad ${value}`))
    expect(() => collectProblems([1, 2, 3], make)).toThrow(
      new InputError(['bad', 'bad 1', 'bad 3'].map((found) => ({ found }))),
    )
  })

  test('lets bugs through', () => {
    const bug = new TypeError('bug')
    const make = (): never => {
      throw bug
    }
    expect(() => collectProblems([1], make)).toThrow(bug)
  })
})
