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
      ...{ strategy: 'layer', pools: {}, access: ACCESS, ref },
    })
  })

  test.each([
    { what: 'in a folder, where there is no registry', file: '', home: { ref: 'local://demo', embedded: true } },
    {
      what: 'in a folder that is asked for',
      file: 'registry: a.example\ncache: { backend: local }',
      home: { ref: 'local://demo' },
    },
    {
      what: 'in a folder of the workspace',
      file: 'cache: { backend: local, folder: .cache/x }',
      home: { ref: 'local://./.cache/x' },
    },
    {
      what: 'in any folder',
      file: 'cache: { backend: local, folder: /var/x, max-size: 2GB }',
      home: { ref: 'local:///var/x', maxBytes: 2e9 },
    },
    { what: 'in the Actions cache', file: 'cache: { backend: gha }', home: { ref: 'gha://demo' } },
    {
      what: 'in images',
      file: 'registry: a.example\ncache: { backend: inline }',
      home: { ref: 'inline://', strategy: 'manifest' },
    },
  ])('keeps it $what', ({ file, home }) => {
    const { maxBytes, ...planned } = planCache(factory(file), BOTH, {}, ACCESS)
    const expected = { strategy: 'layer', pools: {}, access: ACCESS, ...home }
    expect({ ...planned, ...('maxBytes' in home ? { maxBytes } : {}) }).toEqual(expected)
    expect(maxBytes === undefined).toBe(!home.ref.startsWith('local:'))
  })

  test('has mirrors, further sources and a repository for untrusted runs, in canonical form', () => {
    const rest =
      'from: ["type=gha,scope=x"], untrusted-ref: acme/u, mirrors: [{ ref: acme/m }, { ref: acme/w, write: true, read: false }]'
    expect(planCache(factory(`cache: { ref: acme/t, ${rest} }`), BOTH, {}, ACCESS)).toMatchObject({
      ...{ ref: 'docker.io/acme/t', untrusted: 'docker.io/acme/u', from: ['type=gha,scope=x'] },
      mirrors: [
        { ref: 'docker.io/acme/m', read: true, write: false },
        { ref: 'docker.io/acme/w', read: false, write: true },
      ],
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
    [
      'cache: { backend: gha, ref: ghcr.io/acme/cache }',
      {},
      'strata.yaml:1:1: cache.backend is gha and cache.ref is a repository; expected backend registry',
    ],
    ['cache: { backend: local, untrusted-ref: a.example/b }', {}, 'cache.backend is local and cache.untrusted-ref is'],
    ['cache: { backend: inline, mirrors: [{ ref: a.example/b }] }', {}, 'cache.backend is inline and cache.mirrors is'],
    ['cache: { backend: inline, strategy: layer }', {}, 'cache.backend is inline and cache.strategy layer'],
    ['cache: { backend: gha, folder: /x }', {}, 'cache.folder is given and cache.backend is gha'],
    [
      'registry: ghcr.io/acme\ncache: { untrusted-ref: ghcr.io/acme/demo-cache }',
      {},
      'cache.untrusted-ref is the trusted repository ghcr.io/acme/demo-cache',
    ],
    [
      'cache: { untrusted-ref: ghcr.io/acme/u }',
      { cacheRef: 'ghcr.io/acme/u:main' },
      'cache.untrusted-ref is the trusted repository ghcr.io/acme/u',
    ],
    [
      'cache: { ref: a.example/t, untrusted-ref: a.example/u, mirrors: [{ ref: a.example/u }] }',
      {},
      'cache.untrusted-ref a.example/u is in cache.mirrors, cache.from or a pool as well',
    ],
    [
      'cache: { ref: a.example/t, untrusted-ref: a.example/u, from: ["type=registry,ref=a.example/u:x"] }',
      {},
      'cache.untrusted-ref a.example/u is in cache.mirrors, cache.from or a pool as well',
    ],
    ['', { cacheRef: 'Not A Ref' }, 'the cache ref is "Not A Ref"; expected a repository such as'],
  ])('refuses %j with inputs %j', (file, inputs, message) => {
    expect(() => planCache(factory(file), AMD64, inputs, ACCESS)).toThrow(message)
  })
})
