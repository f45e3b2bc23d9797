import { describe, expect, test } from '@jest/globals'
import { groundOf, type GroundFacts } from '../../src/layers/ground.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'

const FACTS: GroundFacts = { imageDigest: (reference) => `content of ${reference}` }
const LAYERS = [sampleLayer({ from: 'ubuntu:24.04' }), sampleLayer({ layer: 'core' })]
const ITEM = sampleWork({ layers: LAYERS, bake: { ulimits: ['a=1'], labels: { a: 'b' }, network: 'none' } })

const names = (item = ITEM, facts = FACTS): readonly string[] =>
  groundOf(item, facts).inputs.map(({ kind, name }) => `${kind} ${name}`)

describe('groundOf', () => {
  test('holds what every step stands on, options in stable order', () => {
    expect(names(ITEM, { ...FACTS, syntax: 'docker/dockerfile:1' })).toEqual([
      'platform linux/amd64',
      'syntax # syntax',
      'option network',
      'option ulimits',
      'image ubuntu:24.04',
    ])
  })

  test.each([
    ['scratch', [sampleLayer({ from: 'scratch' })]],
    ['no base', []],
  ])('has no image for %s, and no syntax where none is asked for', (_, layers) => {
    expect(names(sampleWork({ layers }))).toEqual(['platform linux/amd64'])
  })

  test('says no values, only 16 hex of their digests', () => {
    const { inputs } = groundOf(ITEM, { imageDigest: () => 's3cret' })
    expect(inputs.every(({ digest }) => /^[0-9a-f]{16}$/.test(digest))).toBe(true)
    expect(JSON.stringify(inputs)).not.toContain('s3cret')
  })

  test.each([
    ['another platform', { ...ITEM, platform: 'linux/arm64' }, FACTS, 'platform linux/arm64'],
    ['another option', { ...ITEM, bake: { ...ITEM.bake, network: 'host' } }, FACTS, 'option network'],
    ['other content of the base', ITEM, { imageDigest: () => 'other' }, 'image ubuntu:24.04'],
    ['another frontend', ITEM, { ...FACTS, syntax: 'x/y' }, 'syntax # syntax'],
  ])('differs by %s', (_, item, facts, name) => {
    const before = new Set(groundOf(ITEM, FACTS).inputs.map((input) => JSON.stringify(input)))
    const changed = groundOf(item, facts).inputs.filter((input) => !before.has(JSON.stringify(input)))
    expect(changed.map((input) => `${input.kind} ${input.name}`)).toEqual([name])
  })

  test('is the same whatever becomes of the image', () => {
    const other = { ...ITEM, manifestId: 'b', tags: ['b'], bake: { ...ITEM.bake, labels: { c: 'd' } } }
    expect(groundOf(other, FACTS)).toEqual(groundOf(ITEM, FACTS))
  })
})
