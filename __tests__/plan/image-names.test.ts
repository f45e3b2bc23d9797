import { describe, expect, test } from '@jest/globals'
import { nameImages } from '../../src/plan/image-names.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'

const ITEM = sampleWork({
  platform: 'linux/arm/v7',
  version: '1.4.0',
  layers: [sampleLayer(), sampleLayer({ layer: 'core', variant: '0.1.0' })],
})

describe('the names of an image', () => {
  test.each([
    { templates: [], names: ['llm_factory-linux-arm-v7'] },
    { templates: ['{manifest_id}'], names: ['llm_factory'] },
    { templates: ['{base}-{core}', '{version}-{os}-{arch}'], names: ['ubuntu-24.04-0.1.0', '1.4.0-linux-arm-v7'] },
    { templates: ['latest', 'latest'], names: ['latest', 'latest'] },
  ])('$templates make $names', ({ templates, names }) => {
    expect(nameImages([ITEM], templates)).toEqual([names.map((name) => `ghcr.io/acme/llm-factory:${name}`)])
  })

  test('are given item by item', () => {
    const items = [sampleWork({ manifestId: 'a' }), sampleWork({ manifestId: 'b', image: 'other' })]
    expect(nameImages(items, ['{manifest_id}'])).toEqual([['ghcr.io/acme/llm-factory:a'], ['other:b']])
    expect(nameImages([], ['x'])).toEqual([])
  })

  test.each([
    {
      what: 'a value that a work item does not have',
      templates: ['{light}'],
      message: /^tag template "\{light\}" has \{light\}, which llm_factory has no value for/,
    },
    {
      what: 'a value of the run, which publish alone fills in',
      templates: ['{manifest_id}-{sha}'],
      message:
        /^tag template "\{manifest_id\}-\{sha\}" has \{sha\}; only the publish action fills it in; write an expression/,
    },
    {
      what: 'a misspelt name',
      templates: ['{manifest_di}'],
      message: /which llm_factory has no value for; did you mean "?manifest_id/,
    },
    {
      what: 'no tag',
      templates: ['{manifest_id}:x'],
      message: /^tag template "\{manifest_id\}:x" makes "llm_factory:x" of llm_factory; expected letters/,
    },
    { what: 'a tag that is too long', templates: [`x${'y'.repeat(128)}`], message: /; expected .* 128 at most$/ },
  ])('cannot be made of $what', ({ templates, message }) => {
    expect(() => nameImages([ITEM], templates)).toThrow(message)
  })

  test('cannot be those of two work items', () => {
    const items = [sampleWork(), sampleWork({ platform: 'linux/arm64' }), sampleWork({ manifestId: 'b', image: 'b' })]
    expect(() => nameImages(items, ['{manifest_id}'])).toThrow(
      'llm_factory (linux/amd64) and llm_factory (linux/arm64) would both be ghcr.io/acme/llm-factory:llm_factory; ' +
        'put {manifest_id}, {os} and {arch} into input tags',
    )
  })

  test('are refused with everything that is wrong', () => {
    expect(() => nameImages([ITEM], ['{nope}', 'a b'])).toThrow(/\{nope\}[^]*\n[^]*"a b"/)
  })
})
