import { describe, expect, test } from '@jest/globals'
import { parseMainFile } from '../../src/factory/document.ts'
import type { Factory } from '../../src/factory/factory.ts'
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
    {
      what: 'where the input says, before all else',
      file: 'registry: ghcr.io/acme\ncache: { ref: ghcr.io/acme/kept }',
      inputs: { cacheRef: 'ghcr.io/other/cache' },
      ref: 'ghcr.io/other/cache',
    },
  ])('keeps it $what', ({ file, inputs, ref }) => {
    expect(planCache(factory(file), BOTH, inputs, ACCESS)).toEqual({
      ...{ strategy: 'manifest', access: ACCESS },
      ...(ref === undefined ? {} : { ref }),
    })
  })

  test('takes one ref for one platform', () => {
    const cacheRef = 'ghcr.io/acme/cache:main'
    expect(planCache(factory(), AMD64, { cacheRef }, ACCESS).ref).toBe(cacheRef)
    expect(() => planCache(factory(), BOTH, { cacheRef }, ACCESS)).toThrow(
      'cache ref ghcr.io/acme/cache:main has a tag and there are work items for linux/amd64, linux/arm64; expected a repository',
    )
  })

  test('has the strategy of the file', () => {
    expect(planCache(factory('cache: { strategy: platform }'), AMD64, {}, ACCESS).strategy).toBe('platform')
  })

  test.each([
    [
      'cache: { strategy: layer }',
      {},
      'strata.yaml:1:1: cache.strategy is layer, which this release does not have yet',
    ],
    ['cache: { backend: gha }', {}, 'strata.yaml:1:1: cache.backend is gha, which this release does not have yet'],
    ['', { cacheRef: 'Not A Ref' }, 'the cache ref is "Not A Ref"; expected a repository such as'],
  ])('refuses %j with inputs %j', (file, inputs, message) => {
    expect(() => planCache(factory(file), AMD64, inputs, ACCESS)).toThrow(message)
  })
})
