import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chainOf } from '../../src/layers/tree.ts'
import type { PlannedPrefix } from '../../src/plan/prefixes.ts'
import { restrictWork, type KeyedWork } from '../../src/plan/restrict.ts'
import { sampleWork } from '../support/samples.ts'

/** Work on a random tree: each prefix stands on one before it or on none, each work item on one or on none. */
const works: fc.Arbitrary<KeyedWork> = fc
  .record({
    parents: fc.array(fc.nat(), { maxLength: 12 }),
    tops: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
  })
  .map(({ parents, tops }) => {
    const prefixes = parents.map((pick, index): PlannedPrefix => {
      const parent = pick % (index + 1)
      return {
        ...(parent === index ? {} : { parent }),
        ...{ platform: 'linux/amd64', layer: `l${index}`, variant: 'v', item: -1, key: `key-${index}` },
        ...{ content: index % 3, below: [], state: 'cold', imports: [], costMs: index, measured: 0 },
      }
    })
    const chosen = tops.map((pick) =>
      pick % (parents.length + 1) === parents.length ? null : pick % (parents.length + 1),
    )
    return {
      items: tops.map((_, index) => sampleWork({ manifestId: `m${index}` })),
      imageKeys: tops.map((_, index) => `image-${index}`),
      tops: chosen,
      prefixes,
      contents: [0, 1, 2].map((steps) => ({ steps, inputs: [], auxiliary: false, unpinned: [] })),
      bytes: prefixes.map((_, index) => index),
    }
  })

/** Everything that is known of a work item, without the numbers by which it is found. */
const shown = ({ items, imageKeys, tops, prefixes, contents, bytes }: KeyedWork) =>
  items.map(({ manifestId }, index) => ({
    ...{ manifestId, imageKey: imageKeys[index] },
    chain: chainOf(prefixes, tops[index]).map((each) => {
      const prefix = prefixes[each]
      const { layer, key, costMs, content = -1 } = prefix ?? {}
      return { layer, key, costMs, content: contents[content], bytes: bytes[each] }
    }),
  }))

test('a part of some work knows the same of what is left, and has nothing else', () => {
  fc.assert(
    fc.property(works, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (work, picks) => {
      const kept = work.items.flatMap((_, index) => (picks[index] === true ? [index] : []))
      const part = restrictWork(work, kept)
      expect(shown(part)).toEqual(shown(work).filter((_, index) => kept.includes(index)))
      const used = new Set(part.tops.flatMap((top) => chainOf(part.prefixes, top)))
      expect(used.size).toBe(part.prefixes.length)
      for (const [index, { parent, item, content }] of part.prefixes.entries()) {
        expect(parent ?? -1).toBeLessThan(index)
        expect(chainOf(part.prefixes, part.tops[item])).toContain(index)
        expect(part.contents[content]).toBeDefined()
      }
    }),
  )
})
