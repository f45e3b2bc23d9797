import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chainOf } from '../../src/layers/tree.ts'
import type { PinnedImage } from '../../src/plan/images.ts'
import { planPrefixes, type PrefixSources } from '../../src/plan/plan-prefixes.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'
import { sampleContent, treeOf } from './trees.ts'

const IMAGE: PinnedImage = {
  ...{ reference: 'ubuntu', pinned: 'ubuntu', platforms: [] },
  contents: { 'linux/amd64': { digest: 'a', bytes: 30e6 } },
}

const sources = (changes: Partial<PrefixSources>): PrefixSources => ({
  ...{ items: [], tree: treeOf([]), tags: [], states: [], images: [], times: new Map(), reasons: [] },
  ...changes,
})

const item = sampleWork({ layers: [sampleLayer({ from: 'ubuntu' })] })

describe('planPrefixes', () => {
  test('brings together what is known of each prefix', () => {
    const shared = sampleContent({ steps: 2, stepsBy: { RUN: 1, COPY: 1 }, unpinned: ['a:1 ADD b'] })
    const tree = treeOf([undefined, 0, 0], [1, 2, undefined], (index) => (index === 0 ? {} : { content: shared }))
    const work = planPrefixes(
      sources({
        ...{ items: [item, item, item], tree, tags: ['a', 'b', 'c'], images: [IMAGE] },
        states: [
          { state: 'warm', imports: [] },
          { state: 'cold', imports: ['x'] },
          { state: 'cold', imports: [] },
        ],
      }),
    )
    expect(work.prefixes[1]).toEqual({
      ...{ parent: 0, platform: 'linux/amd64', layer: 'app', variant: 'v1', item: 0, key: tree.prefixes[1]?.key },
      ...{ tag: 'b', content: 1, below: [], state: 'cold', imports: ['x'], costMs: 31_000, measured: 0 },
    })
    expect(work.prefixes.map(({ item: first }) => first)).toEqual([0, 0, 1])
    expect(work.tops).toEqual([1, 2, null])
    expect(work.contents.map(({ steps, unpinned }) => [steps, unpinned])).toEqual([
      [1, []],
      [2, ['a:1 ADD b']],
    ])
  })

  test('counts the disk of the base with the lowest prefix alone', () => {
    const { bytes } = planPrefixes(sources({ items: [item], tree: treeOf([undefined, 0], [1]), images: [IMAGE] }))
    expect(bytes).toEqual([90e6 + 60e6, 60e6])
  })

  test('leaves out tags where refs are not named by content', () => {
    const { prefixes } = planPrefixes(sources({ items: [item], tree: treeOf([undefined], [0]) }))
    expect(prefixes[0]).not.toHaveProperty('tag')
    expect(prefixes[0]?.state).toBe('unknown')
  })

  test('expects more of what is emulated', () => {
    const tree = treeOf([undefined], [0], () => ({ platform: 'linux/arm64' }))
    const costOf = (pool: object): number | undefined =>
      planPrefixes(sources({ items: [sampleWork({ platform: 'linux/arm64', ...pool })], tree })).prefixes[0]?.costMs
    expect([costOf({ pool: 'linux/arm64' }), costOf({})]).toEqual([30_000, 180_000])
  })

  test('finds the first work item of every prefix', () => {
    const shapes = fc.record({
      parents: fc
        .array(fc.option(fc.nat()), { minLength: 1, maxLength: 20 })
        .map((list) => list.map((parent, index) => (parent === null || index === 0 ? undefined : parent % index))),
      tops: fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 20 }),
    })
    fc.assert(
      fc.property(shapes, ({ parents, tops: picks }) => {
        const tops = picks.map((pick) => (pick === undefined ? undefined : pick % parents.length))
        const tree = treeOf(parents, tops)
        const { prefixes } = planPrefixes(sources({ items: tops.map(() => item), tree }))
        const expected = parents.map((_, index) => tops.findIndex((top) => chainOf(tree.prefixes, top).includes(index)))
        expect(prefixes.map(({ item: first }) => first)).toEqual(expected)
      }),
    )
  })
})
