import { describe, expect, test } from '@jest/globals'
import { BUILDKIT_IMAGE, imageCandidates, keptName } from '../../src/plan/builder-settings.ts'
import { settings } from '../support/builders.ts'

test('the image is pinned by version, v0.28 or newer, and digest', () => {
  const [, minor] = /^moby\/buildkit:v0\.(\d+)\.\d+@sha256:[0-9a-f]{64}$/.exec(BUILDKIT_IMAGE) ?? []
  expect(Number(minor)).toBeGreaterThanOrEqual(28)
})

describe('keptName', () => {
  const name = keptName(settings(), 'runner-1')

  test('is one that Buildx takes, and the same for the same settings', () => {
    expect(name).toMatch(/^strata-[0-9a-f]{12}$/)
    expect(keptName(settings({ keepState: true, given: [{ name: 'driver' }] }), 'runner-1')).toBe(name)
  })

  test.each([
    ['another image', settings({ image: 'moby/buildkit:v2' })],
    ['a config', settings({ config: { text: 'debug = true' } })],
    ['a node', settings({ nodes: [{ endpoint: 'ssh://arm', platforms: [], driverOpts: [], tls: {} }] })],
    ['a mirror', settings({ mirrors: [{ registry: 'docker.io', mirror: 'm' }] })],
  ])('is another for %s', (_, changed) => {
    expect(keptName(changed, 'runner-1')).not.toBe(name)
  })

  test('is another for another runner of the same machine', () => {
    expect(keptName(settings(), 'runner-2')).not.toBe(name)
  })
})

describe('imageCandidates', () => {
  const mirrors = [
    { registry: 'docker.io', mirror: 'mirror.gcr.io' },
    { registry: 'ghcr.io', mirror: 'ghcr.mirror' },
    { registry: 'docker.io', mirror: '127.0.0.1:5000/hub' },
  ]

  test.each<{ image: string; candidates: readonly string[] }>([
    {
      image: 'moby/buildkit:v1@sha256:0',
      candidates: [
        'mirror.gcr.io/moby/buildkit:v1@sha256:0',
        '127.0.0.1:5000/hub/moby/buildkit:v1@sha256:0',
        'moby/buildkit:v1@sha256:0',
      ],
    },
    {
      image: 'docker.io/busybox:1',
      candidates: ['mirror.gcr.io/library/busybox:1', '127.0.0.1:5000/hub/library/busybox:1', 'docker.io/busybox:1'],
    },
    { image: 'ghcr.io/acme/buildkit:1', candidates: ['ghcr.io/acme/buildkit:1'] },
    { image: '127.0.0.1:5000/buildkit', candidates: ['127.0.0.1:5000/buildkit'] },
    { image: 'localhost/buildkit', candidates: ['localhost/buildkit'] },
  ])('of $image', ({ image, candidates }) => {
    expect(imageCandidates(image, mirrors)).toEqual(candidates)
  })
})
