import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cacheRef, cacheTag, prefixTag, prefixTags } from '../../src/layers/cache-refs.ts'
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
    ['manifest', SUBJECT, 'llm_factory-linux-arm-v7'],
    ['manifest', { manifestId: 'llm_factory', platform: 'linux/amd64' }, 'llm_factory-linux-amd64'],
    ['manifest', { manifestId: 'LLM', platform: 'linux/amd64' }, cacheTag('LLM-linux-amd64')],
    ['platform', SUBJECT, 'linux-arm-v7'],
    ['platform', { manifestId: 'other', platform: 'linux/arm/v7' }, 'linux-arm-v7'],
  ] as const)('strategy %s of %j is tag %s', (strategy, subject, tag) => {
    expect(cacheRef(strategy, REPOSITORY, subject)).toBe(`${REPOSITORY}:${tag}`)
  })
})

const KEY = '3f9c0a1b2c3d4e5f'

const prefix = (layer: string, key: string, changes: Partial<Prefix> = {}): Prefix => ({
  platform: 'linux/arm64',
  layer: sampleLayer({ layer, variant: `${layer} 1` }),
  content: { steps: 1, stepsBy: {}, inputs: [], digest: '', image: '', auxiliary: false, unpinned: [] },
  below: [],
  key: key.padEnd(64, '0'),
  ...changes,
})

describe('prefixTag', () => {
  test.each([
    ['names layer, platform and key', prefix('core', KEY), `core-linux-arm64-${KEY}`],
    ['keeps 16 hex of the key', prefix('core', `${KEY}ffff`), `core-linux-arm64-${KEY}`],
    ['is in small letters', prefix('Core_X', KEY), `core_x-linux-arm64-${KEY}`],
    ['says the variant of the platform', prefix('core', KEY, { platform: 'linux/arm/v7' }), `core-linux-arm-v7-${KEY}`],
    ['cannot begin with a dash', prefix('-x', KEY), cacheTag(`-x-linux-arm64-${KEY}`)],
    ['is short enough', prefix('x'.repeat(200), KEY), cacheTag(`${'x'.repeat(200)}-linux-arm64-${KEY}`)],
  ])('%s', (_, given, tag) => {
    expect(prefixTag(given)).toBe(tag)
    expect(isTag(tag)).toBe(true)
  })

  test('long names do not lose their key', () => {
    const long = 'x'.repeat(200)
    expect(prefixTag(prefix(long, KEY))).not.toBe(prefixTag(prefix(long, 'f'.repeat(16))))
  })
})

describe('prefixTags', () => {
  test('are those of all prefixes in their order', () => {
    const prefixes = [prefix('core', KEY), prefix('app', KEY), prefix('core', KEY, { platform: 'linux/amd64' })]
    expect(prefixTags(prefixes)).toEqual(prefixes.map(prefixTag))
    expect(prefixTags([])).toEqual([])
  })

  test.each([
    ['keys that begin alike', [prefix('core', `${KEY}0`), prefix('core', `${KEY}1`)], 'core 1 and core 1'],
    [
      'layers that differ in case alone',
      [prefix('app', '1'), prefix('core', KEY), prefix('CORE', KEY)],
      'core 1 and CORE 1',
    ],
  ])('are refused for %s', (_, prefixes, names) => {
    expect(() => prefixTags(prefixes)).toThrow(
      `two prefixes, of ${names}, would be cached as core-linux-arm64-${KEY}; rename one of the variants`,
    )
  })
})
