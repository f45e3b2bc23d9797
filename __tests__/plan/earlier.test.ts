import { describe, expect, test } from '@jest/globals'
import { earlierTags, type EarlierPlan } from '../../src/plan/earlier.ts'
import { samplePrefix, sampleWork } from '../support/samples.ts'
import { treeOf } from './trees.ts'

const ITEMS = ['serve', 'train'].map((manifestId) => sampleWork({ manifestId }))
const TREE = treeOf([undefined, 0, 0], [1, 2])

const EARLIER: EarlierPlan = {
  items: ITEMS,
  tops: [1, 2],
  prefixes: [
    samplePrefix({ tag: 'core-old', state: 'warm' }),
    samplePrefix({ parent: 0, layer: 'app', tag: 'serve-old', imports: ['serve-older'] }),
    samplePrefix({ parent: 0, layer: 'app', tag: 'train-old' }),
  ],
}

const tagsOf = (earlier: EarlierPlan | undefined, items = ITEMS) => {
  const of = earlierTags(items, TREE, earlier)
  return [0, 1, 2].map(of)
}

describe('earlierTags', () => {
  test('are those that the layers of the same work items had, and after them what these imported', () => {
    expect(tagsOf(EARLIER)).toEqual([['core-old'], ['serve-old', 'serve-older'], ['train-old']])
  })

  test('are all that a shared prefix had before', () => {
    const prefixes = [
      ...EARLIER.prefixes,
      samplePrefix({ tag: 'core-b' }),
      samplePrefix({ parent: 3, layer: 'app', tag: 'b' }),
    ]
    expect(tagsOf({ ...EARLIER, tops: [1, 4], prefixes })).toEqual([
      ['core-old', 'core-b'],
      ['serve-old', 'serve-older'],
      ['b'],
    ])
  })

  test('are none without an earlier plan, of new work items, on another platform, or without steps before', () => {
    const none = [[], [], []]
    expect(tagsOf(undefined)).toEqual(none)
    expect(tagsOf({ ...EARLIER, items: [] })).toEqual(none)
    expect(
      tagsOf(
        EARLIER,
        ITEMS.map((item) => ({ ...item, platform: 'linux/arm64' })),
      ),
    ).toEqual(none)
    expect(tagsOf({ ...EARLIER, tops: [null, null] })).toEqual(none)
  })

  test('are none where the refs were not named by content', () => {
    const prefixes = EARLIER.prefixes.map(({ tag: _, ...prefix }) => ({ ...prefix, imports: [] }))
    expect(tagsOf({ ...EARLIER, prefixes })).toEqual([[], [], []])
  })
})
