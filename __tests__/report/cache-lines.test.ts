import { expect, test } from '@jest/globals'
import type { Pool } from '../../src/factory/factory.ts'
import { renderCacheLines } from '../../src/report/cache-lines.ts'

const AMD64 = { platform: 'linux/amd64', runsOn: ['x'] }
const POOLS: readonly Pool[] = [
  { ...AMD64, name: 'linux/amd64', cache: 'eu.example/cache' },
  { ...AMD64, name: 'linux/amd64+cuda', accelerator: 'cuda' },
  { ...AMD64, name: 'linux/arm64', platform: 'linux/arm64' },
]
const BOTH = ['eu.example/cache', 'ghcr.io/acme/cache']
const CACHE = { ref: 'ghcr.io/acme/cache', pools: { 'linux/amd64': BOTH, 'linux/amd64+cuda': BOTH } }

test('each pool with a repository of its own says who gave it, and what it reads besides', () => {
  expect(renderCacheLines(CACHE, POOLS, undefined)).toEqual([
    'Cache of pool linux/amd64: eu.example/cache, as the pool in the factory file says; ghcr.io/acme/cache is read as well',
    'Cache of pool linux/amd64+cuda: eu.example/cache, as the plain pool in the factory file says; ghcr.io/acme/cache is read as well',
  ])
})

test('an input says it for all pools', () => {
  expect(renderCacheLines({ ref: 'ghcr.io/other', pools: {} }, POOLS, 'ghcr.io/other')).toEqual([
    'Cache: ghcr.io/other for all pools, as input cache-ref says; not those of linux/amd64 in the factory file',
  ])
})

test('nothing is said where there is one cache for all', () => {
  expect(renderCacheLines({ ref: 'ghcr.io/other', pools: {} }, POOLS.slice(1), 'ghcr.io/other')).toEqual([])
  expect(renderCacheLines({ ref: 'ghcr.io/acme/cache', pools: {} }, POOLS.slice(1), undefined)).toEqual([])
})
