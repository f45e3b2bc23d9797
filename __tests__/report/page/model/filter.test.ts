import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { makeFinder, NO_FILTER, outcomeOfItem, type Filter } from '../../../../src/report/page/model/filter.ts'
import { growForest } from '../../../../src/report/page/model/forest.ts'
import { growRunReport } from '../../../support/run-report/run-report.ts'

const REPORT = growRunReport()
const FOREST = growForest(REPORT)
const FINDER = makeFinder(REPORT, FOREST)

const find = (changes: Partial<Filter>) => {
  const { items, prefixes } = FINDER.find({ ...NO_FILTER, ...changes })
  return {
    items: items.flatMap((index) => REPORT.items[index] ?? []),
    prefixes: REPORT.prefixes.filter((_, index) => prefixes[index]),
  }
}

const anyFilter = fc.record({
  text: fc.constantFrom('', 'cuda', 'serve slim', 'app/embed', 'nothing at all'),
  platform: fc.constantFrom('', ...REPORT.platforms),
  layer: fc.constantFrom('', ...REPORT.layers),
  outcome: fc.constantFrom('', 'ran', 'cached', 'failed', 'missing'),
  pool: fc.constantFrom('', ...REPORT.platforms),
  reason: fc.constantFrom('', 'fragment', 'parent', 'ref-missing'),
})

describe('find', () => {
  test('finds everything when nothing is asked', () => {
    expect(find({})).toEqual({ items: REPORT.items, prefixes: REPORT.prefixes })
  })

  test.each([
    ['a manifest', 'serve-slim-cuda', 2],
    ['in any case', 'SERVE-slim-cuda', 2],
    ['an alias', 'latest', 2],
    ['a variant with its layer', 'app/embed', 12],
    ['a fragment', 'apps/embed/Dockerfile', 12],
    ['all words', 'embed debug', 6],
    ['nobody', 'embed nobody', 0],
  ])('by text: %s', (_, text, count) => {
    expect(find({ text }).items).toHaveLength(count)
  })

  test('a text finds the whole chain of a work item', () => {
    const { prefixes } = find({ text: 'embed-slim-cuda', platform: 'linux/amd64' })
    expect(prefixes.map(({ layer }) => layer)).toEqual(['security', 'core', 'light', 'app'])
  })

  test('an outcome is one of work items', () => {
    expect(new Set(find({ outcome: 'failed' }).items.map(({ verdict }) => verdict))).toEqual(new Set(['failed']))
    expect(find({ outcome: 'missing' }).items.every(({ verdict }) => verdict === 'missing')).toBe(true)
    expect(find({ outcome: 'cached' }).items.every(({ totalSteps, cachedSteps }) => totalSteps === cachedSteps)).toBe(
      true,
    )
  })

  test('with a layer or a reason, it is one of prefixes', () => {
    const { items, prefixes } = find({ layer: 'core', outcome: 'ran' })
    expect(new Set(prefixes.map(({ variant }) => variant))).toEqual(new Set(['0.2.0-cuda']))
    expect(items.every(({ variants }) => variants.some(({ variant }) => variant === '0.2.0-cuda'))).toBe(true)
    expect(find({ reason: 'ref-missing' }).prefixes).toHaveLength(1)
  })

  test('each question more finds no more, and each of what is found fits by itself', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const { items, prefixes } = find(filter)
        for (const [name, value] of Object.entries(filter)) {
          if (name === 'outcome' || value === '') continue
          const alone = find({ [name]: value })
          expect(alone.items).toEqual(expect.arrayContaining(items))
          expect(alone.prefixes).toEqual(expect.arrayContaining(prefixes))
        }
      }),
    )
  })
})

test.each([
  ['built', 4, 4, 'cached'],
  ['built', 0, 0, 'cached'],
  ['built', 4, 3, 'ran'],
  ['failed', 4, 4, 'failed'],
  ['canceled', 4, 1, 'failed'],
  ['missing', 0, 0, 'missing'],
] as const)(
  'a work item that was %s with %i steps, %i of them cached: %s',
  (verdict, totalSteps, cachedSteps, outcome) => {
    const [item] = REPORT.items
    if (item === undefined) throw new Error('the sample has no work items')
    expect(outcomeOfItem({ ...item, verdict, totalSteps, cachedSteps })).toBe(outcome)
  },
)
