import { describe, expect, test } from '@jest/globals'
import type { WorkItem } from '../../src/factory/work-item.ts'
import { parseFragment } from '../../src/fragment/parse.ts'
import { checkImage, imagesOf, type FoundImage, type ImageNeed, type NamedImages } from '../../src/plan/images.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'

const CORE = 'core.Dockerfile'
const FRAGMENTS = new Map([
  [
    CORE,
    parseFragment(
      CORE,
      [
        'ARG PARENT GO=1.26 REPO=docker.io',
        'FROM golang:${GO}-bookworm AS build',
        'FROM $REPO/busybox AS tools',
        'FROM ${PARENT}',
        'COPY --from=alpine:3 /a /a',
        '',
      ].join('\n'),
    ),
  ],
])

const item = (changes: Partial<WorkItem> = {}, from = 'ubuntu:24.04'): WorkItem =>
  sampleWork({
    layers: [sampleLayer({ from }), sampleLayer({ layer: 'core', variant: 'cpu', fragment: CORE })],
    ...changes,
  })

const named = (images: readonly string[], of: WorkItem = item()): NamedImages => ({ item: of, images })

const placesOf = (needs: readonly ImageNeed[]): readonly string[] =>
  needs.map(({ reference, place }) => `${reference} ${place.file}:${place.line}`)

describe('imagesOf', () => {
  test('names each image once, in order of first use, with all that need it', () => {
    const arm = item({ platform: 'linux/arm64' })
    const other = item({ manifestId: 'other' })
    const needs = imagesOf(
      [named(['ubuntu:24.04', 'alpine:3']), named(['ubuntu:24.04'], arm), named(['alpine:3', 'b'], other)],
      FRAGMENTS,
    )
    expect(needs.map(({ reference, platforms, manifests }) => [reference, platforms, manifests])).toEqual([
      ['ubuntu:24.04', ['linux/amd64', 'linux/arm64'], ['llm_factory']],
      ['alpine:3', ['linux/amd64'], ['llm_factory', 'other']],
      ['b', ['linux/amd64'], ['other']],
    ])
  })

  test('says where an image stands, also when arguments are part of its name', () => {
    const images = ['ubuntu:24.04', 'golang:1.27-bookworm', 'docker.io/busybox', 'alpine:3']
    expect(placesOf(imagesOf([named(images)], FRAGMENTS))).toEqual([
      'ubuntu:24.04 strata.yaml:8',
      'golang:1.27-bookworm core.Dockerfile:2',
      'docker.io/busybox core.Dockerfile:3',
      'alpine:3 core.Dockerfile:5',
    ])
  })

  test('tells bases from auxiliary images; what is both is a base', () => {
    const bases = (items: readonly NamedImages[]): readonly unknown[] =>
      imagesOf(items, FRAGMENTS).map(({ reference, base }) => [reference, base])
    expect(bases([named(['ubuntu:24.04', 'alpine:3'])])).toEqual([
      ['ubuntu:24.04', true],
      ['alpine:3', false],
    ])
    expect(bases([named(['alpine:3']), named(['alpine:3'], item({}, 'alpine:3'))])).toEqual([['alpine:3', true]])
    expect(bases([named(['alpine:3'], item({}, 'alpine:3')), named(['alpine:3'])])).toEqual([['alpine:3', true]])
  })

  test('leaves to BuildKit what BuildKit alone knows', () => {
    expect(imagesOf([named(['golang:$BUILDARCH'])], FRAGMENTS)).toEqual([])
  })
})

describe('checkImage', () => {
  const need = (changes: Partial<ImageNeed> = {}): ImageNeed => ({
    reference: 'ubuntu:24.04',
    place: { file: 'strata.yaml', line: 8, column: 7 },
    platforms: ['linux/amd64', 'linux/arm64'],
    base: true,
    manifests: ['a', 'b'],
    ...changes,
  })
  const index = (...platforms: readonly string[]): FoundImage => ({ kind: 'index', platforms })
  const manifest = (...platforms: readonly string[]): FoundImage => ({ kind: 'manifest', platforms })
  const AMD64 = ['linux/amd64']

  test.each<[string, ImageNeed, FoundImage]>([
    ['a base for all platforms', need(), index('linux/amd64', 'linux/arm64', 'linux/s390x')],
    ['a base of one platform where one is needed', need({ platforms: AMD64 }), manifest('linux/amd64')],
    ['an auxiliary image of another platform', need({ base: false, platforms: AMD64 }), manifest('linux/arm64')],
    ['an auxiliary image of the builder only', need({ base: false }), index('linux/amd64')],
    ['an image that says nothing of platforms', need({ platforms: AMD64 }), manifest()],
  ])('lets pass %s', (_, wanted, found) => {
    expect(checkImage(wanted, found)).toBeUndefined()
  })

  test('complains of a base that lacks a platform', () => {
    expect(checkImage(need(), index('linux/amd64'))).toEqual({
      place: need().place,
      found: 'ubuntu:24.04 is for linux/amd64 only',
      expected: 'an image for linux/amd64 and linux/arm64, which a, b need',
      hint: 'leave out linux/arm64, or give a base by platform',
    })
  })

  test.each([
    ['a base', true],
    ['an auxiliary image', false],
  ])('complains of a digest of one platform for several: %s', (_, base) => {
    const problem = checkImage(need({ base }), manifest('linux/amd64'))
    expect(problem).toMatchObject({ found: 'ubuntu:24.04 is for linux/amd64 only' })
    expect(problem?.hint).toContain('multi-platform image')
    expect(checkImage(need({ base }), manifest())?.found).toBe('ubuntu:24.04 is for an unknown platform only')
  })
})
