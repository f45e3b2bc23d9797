import { describe, expect, test } from '@jest/globals'
import { parseMainFile } from '../../src/factory/document.ts'
import type { CacheStrategy, Factory } from '../../src/factory/factory.ts'
import { parseFactory } from '../../src/factory/parse.ts'
import { planCache } from '../../src/plan/cache.ts'
import { sampleWork } from '../support/samples.ts'

const factory = (rest = ''): Factory => {
  const layers = 'layers: { base: { variants: { u: { from: "ubuntu:24.04" } } } }\nmanifests: { a: { base: u } }'
  return parseFactory(parseMainFile('strata.yaml', `version: 1\nname: demo\n${layers}\n${rest}\n`), [], [])
}

const ACCESS = { read: true, write: false, reason: 'a pull request only reads' }
const AMD64 = [sampleWork()]
const BOTH = [sampleWork(), sampleWork({ platform: 'linux/arm64' })]

describe('planCache', () => {
  test.each([
    { what: 'nowhere', file: '', inputs: {}, ref: undefined },
    { what: 'beside the images', file: 'registry: ghcr.io/acme', inputs: {}, ref: 'ghcr.io/acme/demo-cache' },
    {
      what: 'beside the images of the input',
      file: 'registry: ghcr.io/acme',
      inputs: { registry: 'localhost:5000' },
      ref: 'localhost:5000/demo-cache',
    },
    {
      what: 'where the file says',
      file: 'registry: ghcr.io/acme\ncache: { ref: ghcr.io/acme/kept }',
      inputs: { registry: 'localhost:5000' },
      ref: 'ghcr.io/acme/kept',
    },
    { what: 'on Docker Hub, spelt out', file: 'cache: { ref: acme/kept }', inputs: {}, ref: 'docker.io/acme/kept' },
    {
      what: 'where the input says, before all else',
      file: 'registry: ghcr.io/acme\ncache: { ref: ghcr.io/acme/kept }',
      inputs: { cacheRef: 'ghcr.io/other/cache' },
      ref: 'ghcr.io/other/cache',
    },
  ])('keeps it $what', ({ file, inputs, ref }) => {
    expect(planCache(factory(file), BOTH, inputs, ACCESS)).toEqual({
      ...{ strategy: 'layer', pools: {}, access: ACCESS },
      ...(ref === undefined ? {} : { ref }),
    })
  })

  test.each<{ what: string; file: string; cacheRef?: string; pools: object }>([
    {
      what: 'of their own, and read that of the factory',
      file: 'registry: ghcr.io/acme\npools: { linux/amd64+cuda: { runs-on: x, cache: { ref: eu.example/cache } }, linux/arm64: { runs-on: y } }',
      pools: { 'linux/amd64+cuda': ['eu.example/cache', 'ghcr.io/acme/demo-cache'] },
    },
    {
      what: 'of the plain pool, where they have none',
      file: 'registry: ghcr.io/acme\npools: { linux/amd64+cuda: { runs-on: x }, linux/amd64: { runs-on: y, cache: { ref: eu.example/cache } } }',
      pools: {
        'linux/amd64+cuda': ['eu.example/cache', 'ghcr.io/acme/demo-cache'],
        'linux/amd64': ['eu.example/cache', 'ghcr.io/acme/demo-cache'],
      },
    },
    {
      what: 'of their own, and read that of the plain pool',
      file: 'pools: { linux/amd64+cuda: { runs-on: x, cache: { ref: eu.example/gpu } }, linux/amd64: { runs-on: y, cache: { ref: eu.example/cache } } }',
      pools: { 'linux/amd64+cuda': ['eu.example/gpu', 'eu.example/cache'], 'linux/amd64': ['eu.example/cache'] },
    },
    {
      what: 'that the factory has, once',
      file: 'cache: { ref: a.example/b }\npools: { linux/amd64: { runs-on: x, cache: { ref: a.example/b } } }',
      pools: { 'linux/amd64': ['a.example/b'] },
    },
    {
      what: 'that the input names, whatever the file says',
      file: 'pools: { linux/amd64: { runs-on: x, cache: { ref: eu.example/cache } } }',
      cacheRef: 'ghcr.io/other/cache',
      pools: {},
    },
  ])('pools have a repository $what', ({ file, cacheRef, pools }) => {
    const inputs = cacheRef === undefined ? {} : { cacheRef }
    expect(planCache(factory(file), BOTH, inputs, ACCESS).pools).toEqual(pools)
  })

  test('takes one ref for one platform', () => {
    const cacheRef = 'ghcr.io/acme/cache:main'
    expect(planCache(factory(), AMD64, { cacheRef }, ACCESS).ref).toBe(cacheRef)
    expect(() => planCache(factory(), BOTH, { cacheRef }, ACCESS)).toThrow(
      'cache ref ghcr.io/acme/cache:main has a tag and there are work items for linux/amd64, linux/arm64; expected a repository',
    )
  })

  test.each<{ file: string; cacheRef?: string; strategy: CacheStrategy }>([
    { file: '', strategy: 'layer' },
    { file: 'registry: ghcr.io/acme', strategy: 'layer' },
    { file: '', cacheRef: 'ghcr.io/acme/cache', strategy: 'layer' },
    { file: 'cache: { strategy: layer }', cacheRef: 'localhost:5000/cache', strategy: 'layer' },
    { file: 'cache: { strategy: platform }', strategy: 'platform' },
    { file: 'cache: { strategy: manifest }', cacheRef: 'ghcr.io/acme/cache', strategy: 'manifest' },
    // one ref for all that the run builds, which then is of one platform
    { file: '', cacheRef: 'ghcr.io/acme/cache:main', strategy: 'platform' },
    { file: 'cache: { strategy: manifest }', cacheRef: 'ghcr.io/acme/cache:main', strategy: 'manifest' },
    { file: 'cache: { strategy: platform }', cacheRef: 'ghcr.io/acme/cache:main', strategy: 'platform' },
  ])('"$file" with $cacheRef is strategy $strategy', ({ file, cacheRef, strategy }) => {
    const inputs = cacheRef === undefined ? {} : { cacheRef }
    expect(planCache(factory(file), AMD64, inputs, ACCESS).strategy).toBe(strategy)
  })

  test.each([
    [
      'cache: { strategy: layer }',
      { cacheRef: 'ghcr.io/acme/cache:main' },
      'the cache ref ghcr.io/acme/cache:main has a tag, and cache.strategy is layer, which gives each prefix a tag of its own; expected a repository, or cache.strategy platform',
    ],
    ['cache: { backend: gha }', {}, 'strata.yaml:1:1: cache.backend is gha, which this release does not have yet'],
    ['', { cacheRef: 'Not A Ref' }, 'the cache ref is "Not A Ref"; expected a repository such as'],
  ])('refuses %j with inputs %j', (file, inputs, message) => {
    expect(() => planCache(factory(file), AMD64, inputs, ACCESS)).toThrow(message)
  })
})
