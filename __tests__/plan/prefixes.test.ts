import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chainOf, type LayerTree } from '../../src/layers/tree.ts'
import { cacheStates, mustRun, type CacheKnowledge } from '../../src/plan/prefixes.ts'
import { treeOf } from './trees.ts'

/** A core with two apps, one of them with a part on top, and a core of its own. */
const TREE = treeOf([undefined, 0, 0, 2, undefined])
const REFS = ['core', 'serve', 'train', 'part', 'other'].map((ref) => [ref])

const statesOf = (known: readonly string[], earlier: CacheKnowledge['earlier'] = () => []) =>
  cacheStates(TREE, REFS, { exists: (ref) => known.includes(ref), earlier })

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
    const states = cacheStates(TREE, REFS, { exists: () => undefined, earlier: () => ['a'] })
    expect(states).toEqual(REFS.map(() => ({ state: 'unknown', imports: ['a'] })))
  })

  describe('where further repositories are read', () => {
    /** In one's own repository, and in the plain one. */
    const BOTH = ['core', 'serve', 'train', 'part', 'other'].map((name) => [`own/${name}`, `plain/${name}`])
    const known = (...refs: readonly string[]) =>
      cacheStates(TREE, BOTH, { exists: (ref) => refs.includes(ref), earlier: () => [] })

    test.each<[readonly string[], readonly string[]]>([
      [['plain/core'], ['covered', 'cold', 'cold', 'cold', 'cold']],
      [['plain/part'], ['covered', 'cold', 'covered', 'covered', 'cold']],
      [
        ['own/core', 'plain/part'],
        ['warm', 'cold', 'covered', 'covered', 'cold'],
      ],
      [
        ['own/part', 'plain/part', 'plain/other'],
        ['covered', 'cold', 'covered', 'warm', 'covered'],
      ],
    ])('and %j are there: %j', (refs, states) => {
      expect(known(...refs).map(({ state }) => state)).toEqual(states)
    })

    test('what covers is imported from one’s own where it is there', () => {
      expect(known('own/part', 'plain/train', 'plain/core').map(({ imports }) => imports)).toEqual([
        ['own/part'],
        [],
        ['own/part'],
        [],
        [],
      ])
      expect(known('plain/part', 'plain/train').map(({ imports }) => imports)).toEqual([
        ['plain/train'],
        [],
        ['plain/train'],
        ['plain/part'],
        [],
      ])
    })

    test('nothing is known of what a silent one may have', () => {
      const states = cacheStates(TREE, BOTH, {
        exists: (ref) => (ref.startsWith('plain') ? undefined : ref === 'own/serve'),
        earlier: () => ['own/old', 'plain/old'],
      })
      expect(states.map(({ state }) => state)).toEqual(['covered', 'warm', 'unknown', 'unknown', 'unknown'])
      expect(states[2]?.imports).toEqual(['plain/old'])
    })
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
        const refs = tags.map((tag) => [tag])
        const states = cacheStates(tree, refs, { exists: (ref) => known.has(ref), earlier: () => [] })
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
