import { describe, expect, test } from '@jest/globals'
import { homeOf, locationOf, refsOf } from '../../src/plan/cache-location.ts'

const POOLS = { 'linux/amd64+cuda': ['eu.example/gpu', 'ghcr.io/acme/cache'] }
const AMD64 = { platform: 'linux/amd64' }

describe('the cache of a work item', () => {
  test.each([
    {
      what: 'of its pool',
      item: { ...AMD64, pool: 'linux/amd64+cuda' },
      all: ['eu.example/gpu', 'ghcr.io/acme/cache'],
    },
    { what: 'of all others', item: { ...AMD64, pool: 'linux/amd64' }, all: ['ghcr.io/acme/all'] },
    { what: 'of all others without a pool', item: AMD64, all: ['ghcr.io/acme/all'] },
  ])('is that $what', ({ item, all }) => {
    const location = locationOf({ ref: 'ghcr.io/acme/all', pools: POOLS }, item)
    expect(location).toEqual({ platform: 'linux/amd64', repositories: all })
    expect(homeOf(location)).toBe(all[0])
    expect(refsOf(location, 't')).toEqual(all.map((repository) => `${repository}:t`))
  })

  test('is nowhere without a registry', () => {
    const location = locationOf({ pools: POOLS }, AMD64)
    expect(location.repositories).toEqual([])
    expect(homeOf(location)).toBe('')
    expect(refsOf(location, 't')).toEqual([])
  })

  test('may be one ref with its tag', () => {
    expect(locationOf({ ref: 'ghcr.io/acme/cache:main', pools: {} }, AMD64).repositories).toEqual([
      'ghcr.io/acme/cache:main',
    ])
  })
})
