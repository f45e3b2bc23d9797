import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compatiblePlatforms, parsePlatform, platformOf, platformSlug } from '../../src/oci/platform.ts'

const PLATFORMS = ['linux/amd64', 'linux/amd64/v3', 'linux/arm64', 'linux/arm/v7', 'linux/arm/v5', 'linux/386', 'linux/s390x', 'windows/amd64', 'wasi/wasm'] // prettier-ignore

describe('parsePlatform', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/AMD64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/x86-64', 'linux/amd64'],
    ['linux/x86_64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/aarch64/8', 'linux/arm64'],
    ['linux/arm64/v8.1', 'linux/arm64/v8.1'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/7', 'linux/arm/v7'],
    ['linux/arm/6', 'linux/arm/v6'],
    ['linux/arm/v8', 'linux/arm/v8'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/armhf/v6', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/i386', 'linux/386'],
    ['windows/amd64', 'windows/amd64'],
  ])('%s is %s', (text, expected) => {
    expect(parsePlatform(text)).toBe(expected)
  })

  test.each(['', 'linux', 'amd64', 'linux/', '/amd64', 'linux/arm/v7/x', 'linux/amd64\n', 'linux amd64', 'linux/a:b'])(
    '%j is none',
    (text) => {
      expect(parsePlatform(text)).toBeUndefined()
    },
  )

  test('the normal form is its own normal form', () => {
    const architecture = fc.constantFrom('x86_64', 'amd64', 'aarch64', 'arm', 'armhf', 'armel', 'i386', 's390x')
    const variant = fc.constantFrom('', '/v7', '/7', '/8', '/v8', '/v1', '/v8.1')
    fc.assert(
      fc.property(architecture, variant, (name, suffix) => {
        const platform = parsePlatform(`linux/${name}${suffix}`) ?? 'none'
        expect(parsePlatform(platform)).toBe(platform)
      }),
    )
  })
})

test.each([
  [{ os: 'linux', architecture: 'arm', variant: 'v7' }, 'linux/arm/v7'],
  [{ os: 'linux', architecture: 'arm64', variant: '' }, 'linux/arm64'],
  [{ os: 'linux', architecture: 'amd64', variant: undefined }, 'linux/amd64'],
  [{ os: 'unknown', architecture: 'unknown' }, undefined],
  [{ os: '', architecture: '' }, undefined],
  [{ architecture: 'amd64' }, undefined],
  [{}, undefined],
])('the platform of %j is %j', (fields, expected) => {
  expect(platformOf(fields)).toBe(expected)
})

test('the slug can stand in a tag', () => {
  expect(platformSlug('linux/arm/v7')).toBe('linux-arm-v7')
})

describe('compatiblePlatforms', () => {
  test.each([
    ['linux/amd64', ['linux/amd64', 'linux/386']],
    ['linux/amd64/v3', ['linux/amd64/v3', 'linux/amd64/v2', 'linux/amd64', 'linux/386']],
    ['linux/arm64', ['linux/arm64', 'linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm/v7', ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm/v5', ['linux/arm/v5']],
    ['linux/s390x', ['linux/s390x']],
    ['windows/amd64', ['windows/amd64', 'windows/386']],
  ])('%s runs %j', (platform, expected) => {
    expect(compatiblePlatforms(platform)).toEqual(expected)
  })

  test('each runs its own images best, and all that those it runs can run', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PLATFORMS), (platform) => {
        const compatible = compatiblePlatforms(platform)
        expect(compatible[0]).toBe(platform)
        expect(compatible).toEqual([...new Set(compatible.flatMap(compatiblePlatforms))])
      }),
    )
  })
})
