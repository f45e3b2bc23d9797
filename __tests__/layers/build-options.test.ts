import { describe, expect, test } from '@jest/globals'
import { stepOptions } from '../../src/layers/build-options.ts'

describe('stepOptions', () => {
  test.each([
    ['nothing', {}, {}],
    ['how steps run', { network: 'none', ulimits: ['a=1'], 'shm-size': '1g', 'extra-hosts': { db: '10.0.0.1' } }],
    ['what steps may use', { secret: ['id=a'], ssh: ['default'], entitlements: ['network.host'] }],
    ['values of arguments', { args: { A: '1' } }],
    ['a key of a later bake', { 'brand-new': true }],
    [
      'what the image is called and says',
      { tags: ['a'], labels: { a: 'b' }, annotations: ['a=b'], name: 'a', description: 'a' },
      {},
    ],
    ['where it goes, and what goes with it', { output: ['type=docker'], attest: ['type=sbom'] }, {}],
    [
      'what cache it uses',
      { 'cache-from': ['a'], 'cache-to': ['b'], 'no-cache': true, 'no-cache-filter': ['c'], pull: true },
      {},
    ],
    ['both', { labels: { a: 'b' }, network: 'host' }, { network: 'host' }],
  ])('of %s', (_, bake, kept = bake) => {
    expect(stepOptions(bake)).toEqual(kept)
  })
})
