import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ContextEntry, digestEntries } from '../../src/layers/context-entry.ts'

const FILE: ContextEntry = { path: 'a', mode: '644', digest: 'f'.repeat(64) }

describe('digestEntries', () => {
  test('is a sha256, always the same', () => {
    expect(digestEntries([FILE])).toMatch(/^[0-9a-f]{64}$/)
    expect(digestEntries([FILE])).toBe(digestEntries([{ ...FILE }]))
  })

  test.each<[string, readonly ContextEntry[]]>([
    ['nothing', []],
    ['another path', [{ ...FILE, path: 'b' }]],
    ['another mode', [{ ...FILE, mode: '755' }]],
    ['other content', [{ ...FILE, digest: 'e'.repeat(64) }]],
    ['a link with the same digest', [{ ...FILE, mode: 'link' }]],
    ['one more', [FILE, { path: 'b', mode: 'folder', digest: '' }]],
    ['a path that looks like another entry', [{ ...FILE, path: `a\n644 ${FILE.digest} b` }]],
  ])('tells from one file: %s', (_description, entries) => {
    expect(digestEntries(entries)).not.toBe(digestEntries([FILE]))
  })

  test('differs where the entries do', () => {
    const entry = fc.record({
      path: fc.stringMatching(/^[a-c /\n4-7]{1,6}$/),
      mode: fc.constantFrom('644', '755', 'link', 'folder'),
      digest: fc.constantFrom('', 'a', 'b'),
    })
    const entries = fc.array(entry, { maxLength: 3 })
    fc.assert(
      fc.property(entries, entries, (one, two) => {
        const isSame = JSON.stringify(one) === JSON.stringify(two)
        expect(digestEntries(one) === digestEntries(two)).toBe(isSame)
      }),
    )
  })
})
