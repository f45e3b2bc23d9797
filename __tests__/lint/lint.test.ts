import { describe, expect, test } from '@jest/globals'
import { lint } from '../../src/lint/lint.ts'
import { readCorpus, surroundingsOf } from './corpus.ts'

const byPlace = <T extends { readonly rule: string; readonly line: number; readonly columns: readonly number[] }>(
  all: readonly T[],
): readonly T[] =>
  all.toSorted((a, b) => a.line - b.line || (a.columns[0] ?? 0) - (b.columns[0] ?? 0) || (a.rule < b.rule ? -1 : 1))

describe('the corpus', () => {
  const good = readCorpus('good', 'settings.yaml')
  const bad = readCorpus('bad', 'expected.yaml')

  test('is as large as it has to be', () => {
    expect(good).toHaveLength(20)
    expect(bad.length).toBeGreaterThanOrEqual(40)
  })

  test.each(good.map((sample) => [sample.name, sample] as const))('%s is well written', (_, { fragment, settings }) => {
    expect(lint(fragment, surroundingsOf(settings))).toEqual([])
  })

  test.each(bad.map((sample) => [sample.name, sample] as const))('%s has its faults', (_, { fragment, settings }) => {
    const found = lint(fragment, surroundingsOf(settings)).map(({ rule, place, endColumn }) => ({
      ...{ rule, line: place.line },
      columns: [place.column, endColumn ?? 0],
    }))
    expect(byPlace(found)).toEqual(byPlace(settings.findings ?? []))
  })
})
