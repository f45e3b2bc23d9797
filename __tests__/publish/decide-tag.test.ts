import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decideTag, type TaggedContent } from '../../src/publish/decide-tag.ts'
import { indexAnnotations, type PublishingRun } from '../../src/publish/index-annotations.ts'
import type { WantedManifest } from '../../src/publish/wanted.ts'

const MANIFEST: WantedManifest = {
  ...{ manifestId: 'serve', aliases: [], image: 'r.test/serve', tags: [], layers: [], children: [], missing: [] },
  temporary: [],
}

const runOf = (changes: Partial<PublishingRun> = {}): PublishingRun => ({
  ...{ number: 12, attempt: 1, workflow: 'images', commit: 'b', source: 'https://github.com/acme/factory' },
  plannedAt: '2026-11-28T12:00:00.000Z',
  ...changes,
})

const taggedBy = (run: PublishingRun, children: readonly string[]): TaggedContent => ({
  ...{ digest: `of-${children.join()}`, children, annotations: indexAnnotations(MANIFEST, run) },
})

const RULES = { immutable: [], allowOlder: false }

describe('a tag', () => {
  const LATER = '2026-11-28T13:00:00.000Z'
  test.each([
    { title: 'that is new is made', current: undefined, kind: 'move' },
    { title: 'of an older run moves', current: taggedBy(runOf({ number: 11 }), ['x']), kind: 'move' },
    { title: 'of a later run stays', current: taggedBy(runOf({ number: 13 }), ['x']), kind: 'newer' },
    { title: 'of a later run stays though equal', current: taggedBy(runOf({ number: 13 }), ['a']), kind: 'newer' },
    { title: 'of a later attempt stays', current: taggedBy(runOf({ attempt: 2 }), ['x']), kind: 'newer' },
    { title: 'with images and commit stays', current: taggedBy(runOf({ number: 11 }), ['a']), kind: 'same' },
    {
      title: 'with the images of another commit is written again',
      current: taggedBy(runOf({ number: 11, commit: 'a' }), ['a']),
      kind: 'move',
    },
    {
      title: 'of another workflow goes by the time of its plan',
      current: taggedBy(runOf({ number: 1, workflow: 'nightly', plannedAt: LATER }), ['x']),
      kind: 'newer',
    },
    {
      title: 'of another workflow that planned before moves, whatever its number',
      current: taggedBy(runOf({ number: 99, workflow: 'nightly', plannedAt: '2026-11-28T11:00:00.000Z' }), ['x']),
      kind: 'move',
    },
    {
      title: 'that others published has no order',
      current: { digest: 'd', children: ['x'], annotations: { 'org.opencontainers.image.created': LATER } },
      kind: 'move',
    },
  ])('$title', ({ current, kind }) => {
    expect(decideTag('serve', current, ['a'], runOf(), RULES).kind).toBe(kind)
  })

  test('moves back when that is wanted', () => {
    const current = taggedBy(runOf({ number: 13 }), ['x'])
    expect(decideTag('serve', current, ['a'], runOf(), { ...RULES, allowOlder: true })).toEqual({ kind: 'move' })
  })

  test('that is immutable is made once and never moved', () => {
    const rules = { ...RULES, immutable: ['v*'] }
    const kinds = [undefined, taggedBy(runOf({ number: 1 }), ['x']), taggedBy(runOf({ number: 1 }), ['a'])].map(
      (current) => decideTag('v1.2', current, ['a'], runOf(), rules).kind,
    )
    expect(kinds).toEqual(['move', 'immutable', 'same'])
  })
})

test('whatever the order in which runs finish, a tag ends with the images of the last one', () => {
  const runs = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(runs, (numbers) => {
      let tag: TaggedContent | undefined
      let highest = 0
      for (const number of numbers) {
        const run = runOf({ number, commit: `c${number}` })
        const children = [`of-${number}`]
        const { kind } = decideTag('serve', tag, children, run, RULES)
        highest = Math.max(highest, number)
        if (kind === 'move') tag = taggedBy(run, children)
        expect(tag?.children).toEqual([`of-${highest}`])
      }
    }),
    { numRuns: 300 },
  )
})
