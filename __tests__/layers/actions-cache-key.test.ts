import { expect, test } from '@jest/globals'
import { ACTIONS_CACHE_PREFIXES, parseActionsCacheKey } from '../../src/layers/actions-cache-key.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`

test.each([
  { key: `buildkit-blob-1-${DIGEST}`, is: { kind: 'blob', digest: DIGEST } },
  { key: 'index-buildkit-1-5c45fc59#12', is: { kind: 'index', cacheScope: 'buildkit', generation: 12 } },
  { key: 'index-core-1-x-1-5c45fc59#1', is: { kind: 'index', cacheScope: 'core-1-x', generation: 1 } },
  {
    key: 'strata-history/llm/strata.yaml/main/17-1',
    is: { kind: 'own', series: 'strata-history/llm/strata.yaml/main/' },
  },
  {
    key: 'strata-local/demo/core-linux-amd64/0123456789abcdef',
    is: { kind: 'own', series: 'strata-local/demo/core-linux-amd64/' },
  },
  { key: 'strata-mount-apt-linux-amd64-1', is: { kind: 'own' } },
])('$key is ours', ({ key, is }) => {
  expect(parseActionsCacheKey(key)).toEqual(is)
  expect(ACTIONS_CACHE_PREFIXES.some((prefix) => key.startsWith(prefix))).toBe(true)
})

test.each([
  'buildkit-blob-1-sha256:short',
  `buildkit-blob-2-${DIGEST}`,
  'index-buildkit-1-5c45fc59',
  'index-of-books',
  'Linux-node-958aff96',
  'my-strata-history/x',
  '',
])('%j is that of another tool', (key) => {
  expect(parseActionsCacheKey(key)).toBeUndefined()
})
