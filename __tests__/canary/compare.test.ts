import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { BuiltImage, Change, Changeset } from '../../src/canary/changeset.ts'
import { compareImages, isEqual, withoutNoise } from '../../src/canary/compare.ts'

const change = (path: string, changes: Partial<Change> = {}): Change => ({
  ...{ path, kind: 'file', mode: 0o644, owner: '0:0', content: 'a' },
  ...changes,
})

const changeset = (...changes: readonly Change[]): Changeset => new Map(changes.map((each) => [each.path, each]))

const image = (changesets: readonly Changeset[], env: readonly string[] = ['PATH=/bin']): BuiltImage => ({
  ...{ env, changesets, createdBy: changesets.map(() => 'RUN true') },
})

const differing = (a: Changeset, b: Changeset) => compareImages(image([a]), image([b])).steps[0]?.files ?? []

describe('compareImages', () => {
  test.each<[string, Change, Change | undefined]>([
    ['content', change('f'), change('f', { content: 'b' })],
    ['mode', change('f'), change('f', { mode: 0o755 })],
    ['owner', change('f'), change('f', { owner: '1:1' })],
    ['kind', change('f'), change('f', { kind: 'whiteout' })],
    ['presence', change('f'), undefined],
  ])('sees another %s of a path', (_, cached, cold) => {
    expect(differing(changeset(cached), changeset(...(cold === undefined ? [] : [cold])))).toEqual(['f'])
    expect(differing(changeset(...(cold === undefined ? [] : [cold])), changeset(cached))).toEqual(['f'])
  })

  test('says in which step, and which variables', () => {
    const same = changeset(change('same'))
    const found = compareImages(
      image([same, changeset(change('f'))], ['PATH=/bin', 'GONE=1', 'A=1']),
      image([same, changeset(change('f', { content: 'b' }))], ['PATH=/bin', 'NEW=1', 'A=2']),
    )
    expect(found).toEqual({
      steps: [{ position: 1, packages: [], files: ['f'] }],
      environment: ['A', 'GONE', 'NEW'],
    })
  })

  test('finds nothing in equal images', () => {
    expect(isEqual(compareImages(image([changeset(change('f'))]), image([changeset(change('f'))])))).toBe(true)
  })
})

describe('withoutNoise', () => {
  const changes = fc
    .uniqueArray(fc.record({ path: fc.constantFrom('a', 'b', 'c', 'd'), content: fc.constantFrom('1', '2', '3') }), {
      selector: ({ path }) => path,
    })
    .map((list) => changeset(...list.map(({ path, content }) => change(path, { content }))))
  const images = fc.array(changes, { maxLength: 3 }).map((list) => image(list))

  test('leaves what differs from both builds without cache, which are the same there', () => {
    fc.assert(
      fc.property(images, images, images, (cached, cold, again) => {
        const found = withoutNoise(compareImages(cached, cold), compareImages(cold, again))
        for (const { position, files } of found.steps) {
          for (const path of files) {
            const of = ({ changesets }: BuiltImage) => changesets[position]?.get(path)?.content
            expect(of(cold)).toBe(of(again))
            expect(of(cached)).not.toBe(of(cold))
          }
        }
        expect(isEqual(withoutNoise(compareImages(cold, again), compareImages(cold, again)))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
