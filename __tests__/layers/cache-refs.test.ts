import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cacheRef, cacheTag, prefixTag, prefixTags } from '../../src/layers/cache-refs.ts'
import { layerContent } from '../../src/layers/layer-content.ts'
import type { Prefix } from '../../src/layers/tree.ts'
import { isTag } from '../../src/oci/reference.ts'
import { sampleLayer } from '../support/samples.ts'

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
    ['manifest', `${REPOSITORY}:llm_factory-linux-arm-v7`],
    ['platform', `${REPOSITORY}:linux-arm-v7`],
  ] as const)('strategy %s', (strategy, expected) => {
    expect(cacheRef(strategy, REPOSITORY, SUBJECT)).toBe(expected)
  })
})

describe('prefixTag', () => {
  const prefix = (changes: Partial<Prefix> = {}): Prefix => ({
    platform: 'linux/arm64',
    layer: sampleLayer({ layer: 'core', variant: '0.1.0' }),
    content: layerContent(sampleLayer(), undefined, undefined),
    below: [],
    key: '3f9c0a1b2c3d4e5f'.repeat(4),
    ...changes,
  })

  test('names layer, platform and the beginning of the key', () => {
    expect(prefixTag(prefix())).toBe('core-linux-arm64-3f9c0a1b2c3d4e5f')
    expect(prefixTag(prefix({ platform: 'linux/arm/v7', layer: sampleLayer({ layer: 'Core' }) }))).toBe(
      'core-linux-arm-v7-3f9c0a1b2c3d4e5f',
    )
  })

  test('is a tag that ends in the key or its hash, however long the layer is called', () => {
    const tag = prefixTag(prefix({ layer: sampleLayer({ layer: 'l'.repeat(80) }) }))
    expect(isTag(tag)).toBe(true)
    expect(tag).toMatch(/3f9c0a1b2c3d4e5f$/)
  })

  test('refuses two prefixes that would write one ref', () => {
    const others = ['a', 'b'].map((end, index) =>
      prefix({ key: `${'0'.repeat(63)}${end}`, layer: sampleLayer({ layer: 'core', variant: `v${index}` }) }),
    )
    expect(prefixTags([prefix(), ...others.slice(1)])).toHaveLength(2)
    expect(() => prefixTags(others)).toThrow(
      'two prefixes, of v0 and v1, would be cached as core-linux-arm64-0000000000000000; rename one of the variants',
    )
  })
})
