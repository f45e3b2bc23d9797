import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cacheRef, cacheTag } from '../../src/layers/cache-refs.ts'
import { isTag } from '../../src/oci/reference.ts'

const REPOSITORY = 'ghcr.io/acme/llm-factory-cache'
const SUBJECT = { manifestId: 'llm_factory', platform: 'linux/arm/v7' }

describe('cacheTag', () => {
  test.each([
    ['llm_factory-linux-amd64', 'llm_factory-linux-amd64'],
    ['LLM', 'llm-674900a7'],
    ['a/b', 'a-b-c14cddc0'],
    ['.hidden', 'hidden-16924190'],
    ['日本', 'cf2abf0c'],
    ['', 'e3b0c442'],
  ])('%j is %j', (name, tag) => {
    expect(cacheTag(name)).toBe(tag)
  })

  test('is always a tag, and the same one for the same name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        expect(isTag(cacheTag(name))).toBe(true)
        expect(cacheTag(name)).toBe(cacheTag(name))
      }),
    )
  })

  test('keeps names apart that look alike when cleaned or cut', () => {
    const long = 'x'.repeat(200)
    const names = ['a/b', 'a:b', 'A-B', 'a-b', '日本', '本日', long, `${long}x`]
    expect(new Set(names.map(cacheTag)).size).toBe(names.length)
  })
})

describe('cacheRef', () => {
  test.each([
    ['manifest', { repository: REPOSITORY }, `${REPOSITORY}:llm_factory-linux-arm-v7`],
    ['platform', { repository: REPOSITORY }, `${REPOSITORY}:linux-arm-v7`],
    ['manifest', { repository: REPOSITORY, tag: 'mine' }, `${REPOSITORY}:mine`],
    ['platform', { repository: REPOSITORY, tag: 'mine' }, `${REPOSITORY}:mine`],
  ] as const)('strategy %s in %j', (strategy, location, expected) => {
    expect(cacheRef(strategy, location, SUBJECT)).toBe(expected)
  })
})
