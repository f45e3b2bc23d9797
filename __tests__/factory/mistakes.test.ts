import { describe, expect, test } from '@jest/globals'
import { parseMainFile } from '../../src/factory/document.ts'
import { expandFactory } from '../../src/factory/expand.ts'
import { parseFactory } from '../../src/factory/parse.ts'
import { InputError } from '../../src/problem.ts'
import {
  expansionMistakes,
  GOOD,
  nameMistakes,
  shapeMistakes,
  syntaxMistakes,
  unsaidMistakes,
  type Mistake,
} from './mistakes.ts'

const problemsOf = (read: () => unknown): readonly string[] => {
  try {
    read()
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n')
    throw error
  }
  return []
}

const single: readonly Mistake[] = [...syntaxMistakes, ...shapeMistakes, ...unsaidMistakes]

test('the file that the mistakes are made in is right', () => {
  expect(problemsOf(() => expandFactory(parseFactory(parseMainFile('strata.yaml', GOOD))))).toEqual([])
})

describe('one look at the file tells', () => {
  test.each(single.map(({ title, text, error }) => [title, text, error] as const))('%s', (_, text, error) => {
    expect(problemsOf(() => parseFactory(parseMainFile('strata.yaml', text)))).toEqual(error)
  })
})

describe('looking names up tells', () => {
  test.each(nameMistakes.map(({ title, text, error }) => [title, text, error] as const))('%s', (_, text, error) => {
    const main = parseMainFile('strata.yaml', text)
    expect(problemsOf(() => parseFactory(main))).toEqual(error)
  })
})

describe('expansion tells', () => {
  test.each(expansionMistakes.map(({ title, text, error }) => [title, text, error] as const))(
    '%s',
    (_, text, error) => {
      const factory = parseFactory(parseMainFile('strata.yaml', text))
      expect(problemsOf(() => expandFactory(factory))).toEqual(error)
    },
  )
})

test('a file that is nested too deeply', () => {
  const [first] = problemsOf(() => parseMainFile('strata.yaml', `bake: ${'['.repeat(5000)}${']'.repeat(5000)}`))
  expect(first).toMatch(/^strata\.yaml:1:\d+: the file is nested too deeply$/)
})

test('every problem is told at once, in the order of the lines', () => {
  const lines = problemsOf(() =>
    parseMainFile('strata.yaml', `${GOOD}registry: 1\ncontext: /x\nfoo: 1\ntags: []\nid: "{"\nretention: 3\n`),
  )
  expect(lines.map((line) => line.split(':')[1])).toEqual(['14', '15', '16', '17', '18', '19'])
})
