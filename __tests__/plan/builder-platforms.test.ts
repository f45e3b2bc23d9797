import { describe, expect, test } from '@jest/globals'
import { isOfficialImage, isOnEngine, platformSupport, type Builder } from '../../src/plan/builder-platforms.ts'
import { builder, engineBuilder, node } from '../support/builders.ts'

const bare = (image: string): Builder => builder('b', { nodes: [node({ image })] })
const armHost = node({ platforms: ['linux/arm64', 'linux/arm/v7', 'linux/amd64'] })
const two = builder('b', { driver: 'remote', nodes: [node({ platforms: ['linux/amd64', 'linux/arm64'] }), armHost] })

describe('platformSupport', () => {
  test.each<{ of: Builder; platform: string; expected: string }>([
    { of: engineBuilder(), platform: 'linux/amd64', expected: 'native' },
    { of: engineBuilder(), platform: 'linux/386', expected: 'native' },
    { of: engineBuilder('linux/arm64'), platform: 'linux/arm64', expected: 'emulated' },
    { of: engineBuilder(), platform: 'linux/arm64', expected: 'missing' },
    { of: builder('b'), platform: 'linux/arm64', expected: 'brought' },
    { of: builder('b'), platform: 'linux/arm/v7', expected: 'brought' },
    { of: builder('b', { driver: 'kubernetes' }), platform: 'linux/s390x', expected: 'brought' },
    // Taken out of BuildKit's image.
    { of: builder('b'), platform: 'linux/loong64', expected: 'missing' },
    { of: builder('b'), platform: 'linux/mips64le', expected: 'missing' },
    { of: builder('b'), platform: 'windows/amd64', expected: 'missing' },
    { of: builder('b', { driver: 'remote' }), platform: 'linux/arm64', expected: 'missing' },
    { of: bare('ghcr.io/acme/buildkit:1'), platform: 'linux/arm64', expected: 'missing' },
    { of: builder('b', { nodes: [armHost] }), platform: 'linux/arm/v7', expected: 'native' },
    { of: builder('b', { nodes: [armHost] }), platform: 'linux/amd64', expected: 'emulated' },
    // One node emulates it, the other is such a machine.
    { of: two, platform: 'linux/arm64', expected: 'native' },
  ])('$of.driver $of.nodes.0.image: $platform is $expected', ({ of, platform, expected }) => {
    expect(platformSupport(of, platform)).toBe(expected)
  })
})

test.each([
  [undefined, true],
  ['moby/buildkit:v0.32.2', true],
  ['docker.io/moby/buildkit:buildx-stable-1-rootless', true],
  ['mirror.example:5000/moby/buildkit@sha256:' + 'a'.repeat(64), true],
  ['mirror.example/hub/moby/buildkit:v1', true],
  ['acme/buildkit', false],
  ['notmoby/buildkit', false],
  ['moby/buildkit-acme', false],
])('%s is an official image: %s', (image, expected) => {
  expect(isOfficialImage(image)).toBe(expected)
})

test.each([
  ['docker', 'default', true],
  ['docker-container', 'default', true],
  ['docker-container', 'unix:///run/docker.sock', true],
  ['docker-container', 'ssh://root@arm', false],
  ['docker-container', 'tcp://10.0.0.1:2376', false],
  ['remote', 'unix:///run/buildkitd.sock', false],
  ['kubernetes', 'kubernetes:///b', false],
])('%s at %s is on the engine: %s', (driver, endpoint, expected) => {
  expect(isOnEngine(builder('b', { driver, nodes: [node({ endpoint })] }))).toBe(expected)
})
