import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chainOf, type LayerTree } from '../../src/layers/tree.ts'
import { cacheStates, mustRun, type CacheKnowledge } from '../../src/plan/prefixes.ts'
import { treeOf } from './trees.ts'

/** A core with two apps, one of them with a part on top, and a core of its own. */
const TREE = treeOf([undefined, 0, 0, 2, undefined])
const TAGS = ['core', 'serve', 'train', 'part', 'other']

const statesOf = (known: readonly string[], earlier: CacheKnowledge['earlier'] = () => []) =>
  cacheStates(TREE, TAGS, { tags: new Set(known), earlier })

describe('cacheStates', () => {
  test.each([
    [[], ['cold', 'cold', 'cold', 'cold', 'cold']],
    [['core'], ['warm', 'cold', 'cold', 'cold', 'cold']],
    [['serve'], ['covered', 'warm', 'cold', 'cold', 'cold']],
    [['part'], ['covered', 'cold', 'covered', 'warm', 'cold']],
    [
      ['core', 'part'],
      ['warm', 'cold', 'covered', 'warm', 'cold'],
    ],
    [['elsewhere'], ['cold', 'cold', 'cold', 'cold', 'cold']],
  ])('where %j are there: %j', (known, states) => {
    expect(statesOf(known).map(({ state }) => state)).toEqual(states)
  })

  test('a prefix that is covered imports the ref that covers it', () => {
    expect(statesOf(['part']).map(({ imports }) => imports)).toEqual([['part'], [], ['part'], [], []])
  })

  test('a cold one imports the earlier refs that are there, three at most', () => {
    const earlier = (prefix: number) => (prefix === 4 ? ['a', 'gone', 'b', 'c', 'd'] : [])
    expect(statesOf(['a', 'b', 'c', 'd'], earlier)[4]).toEqual({ state: 'cold', imports: ['a', 'b', 'c'] })
  })

  test('a warm one imports nothing else', () => {
    expect(statesOf(['other', 'a'], () => ['a'])[4]).toEqual({ state: 'warm', imports: [] })
  })

  test('knows nothing where nobody could be asked', () => {
    const states = cacheStates(TREE, TAGS, { tags: undefined, earlier: () => ['a'] })
    expect(states).toEqual(TAGS.map(() => ({ state: 'unknown', imports: ['a'] })))
  })

  test('whatever is there: warm is what is, covered what has warm above it, and cold the rest', () => {
    const parents = fc
      .array(fc.option(fc.nat()), { maxLength: 30 })
      .map((list) => list.map((parent, index) => (parent === null || index === 0 ? undefined : parent % index)))
    fc.assert(
      fc.property(parents, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (list, there) => {
        const tree: LayerTree = treeOf(list)
        const tags = list.map((_, index) => `t${index}`)
        const known = new Set(tags.filter((_, index) => there[index]))
        const states = cacheStates(tree, tags, { tags: known, earlier: () => [] })
        for (const [index, { state, imports }] of states.entries()) {
          const above = tags.filter(
            (tag, other) => other !== index && known.has(tag) && chainOf(tree.prefixes, other).includes(index),
          )
          const expected = there[index] ? 'warm' : above.length > 0 ? 'covered' : 'cold'
          expect(state).toBe(expected)
          expect(above).toEqual(expect.arrayContaining([...imports]))
          expect(imports).toHaveLength(expected === 'covered' ? 1 : 0)
          expect(mustRun({ state })).toBe(expected === 'cold')
        }
      }),
    )
  })
})
