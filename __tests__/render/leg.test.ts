import { describe, expect, test } from '@jest/globals'
import { renderLeg, type LegCache, type LegSettings, type RenderItem } from '../../src/render/leg.ts'
import { sampleWork } from '../support/samples.ts'
import { BASE, stitched, type TestLayer } from './dockerfile-fixture.ts'

const REPOSITORY = 'ghcr.io/acme/cache'
const CACHE: LegCache = {
  strategy: 'manifest',
  location: { repository: REPOSITORY },
  access: { read: true, write: true, reason: 'test' },
  from: ['type=gha'],
  to: ['type=gha,mode=max'],
}

const settings = (changes: Partial<LegSettings> = {}): LegSettings => ({
  cache: CACHE,
  push: false,
  load: false,
  driver: 'docker-container',
  folder: '/tmp/leg',
  context: 'here',
  ...changes,
})

const item = (manifestId: string, platform = 'linux/amd64', layers: readonly TestLayer[] = []): RenderItem => ({
  item: sampleWork({ manifestId, platform, bake: { network: 'none' } }),
  dockerfile: stitched([BASE, ...layers], {}, platform),
  images: [`ghcr.io/acme/app:${manifestId}`],
})

const A = item('a')
const B = item('b')
const ARM = item('a', 'linux/arm64')

const access = (read: boolean, write: boolean): LegCache['access'] => ({ read, write, reason: 'test' })

const refOf = (tag: string): string => `type=registry,ref=${REPOSITORY}:${tag}`

describe('targets', () => {
  test('are numbered, with a file that says which work item it is', () => {
    const { targets, files } = renderLeg([A, ARM], settings())
    expect(targets.map(({ name, platform, dockerfile }) => [name, platform, dockerfile])).toEqual([
      ['t0', 'linux/amd64', '/tmp/leg/a-linux-amd64.Dockerfile'],
      ['t1', 'linux/arm64', '/tmp/leg/a-linux-arm64.Dockerfile'],
    ])
    expect(files).toEqual([
      { name: 'a-linux-amd64.Dockerfile', text: A.dockerfile.text },
      { name: 'a-linux-arm64.Dockerfile', text: ARM.dockerfile.text },
    ])
    const [first] = targets
    expect(first).toMatchObject({
      context: 'here',
      tags: A.images,
      extra: { network: 'none' },
    })
  })

  test.each([
    { what: 'nothing', changes: {}, outputs: ['type=cacheonly'] },
    { what: 'a push', changes: { push: true }, outputs: ['type=image,push=true,oci-mediatypes=true'] },
    { what: 'a load', changes: { load: true }, outputs: ['type=docker'] },
    {
      what: 'both',
      changes: { push: true, load: true },
      outputs: ['type=image,push=true,oci-mediatypes=true', 'type=docker'],
    },
    {
      what: 'both, by the engine itself',
      changes: { push: true, load: true, driver: 'docker' },
      outputs: ['type=image,push=true,oci-mediatypes=true'],
    },
    {
      what: 'a load, by the engine itself',
      changes: { load: true, driver: 'docker' },
      outputs: ['type=image,push=false,oci-mediatypes=true'],
    },
  ])('put out what is asked for: $what', ({ changes, outputs }) => {
    expect(renderLeg([A], settings(changes)).targets[0]?.outputs).toEqual(outputs)
  })

  test('put out nothing without a name', () => {
    const { targets } = renderLeg([{ ...A, images: [] }], settings({ push: true }))
    expect(targets[0]?.outputs).toEqual(['type=cacheonly'])
  })
})

describe('cache refs of a manifest', () => {
  test('are read and written by its own target', () => {
    const { targets, refs, collectors } = renderLeg([A, ARM], settings())
    expect(targets.map(({ cacheFrom }) => cacheFrom)).toEqual([
      [refOf('a-linux-amd64'), 'type=gha'],
      [refOf('a-linux-arm64'), 'type=gha'],
    ])
    expect(targets.map(({ cacheTo }) => cacheTo[1])).toEqual(['type=gha,mode=max', 'type=gha,mode=max'])
    expect(refs.map(({ from, to }) => [from, to])).toEqual([
      [[`${REPOSITORY}:a-linux-amd64`], [`${REPOSITORY}:a-linux-amd64`]],
      [[`${REPOSITORY}:a-linux-arm64`], [`${REPOSITORY}:a-linux-arm64`]],
    ])
    expect(collectors).toEqual([])
  })

  test('hold auxiliary stages where there are any', () => {
    const text = 'ARG PARENT\nFROM golang:1 AS build\nRUN a\nFROM ${PARENT}\nCOPY --from=build /a /a\n'
    const { targets } = renderLeg([A, item('b', 'linux/amd64', [{ layer: 'core', text }])], settings())
    expect(targets.map(({ cacheTo }) => /mode=(\w+)/.exec(cacheTo[0] ?? '')?.[1])).toEqual(['min', 'max'])
  })

  test.each([
    { what: 'reading only', given: access(true, false), from: 2, to: 0 },
    { what: 'writing only', given: access(false, true), from: 0, to: 2 },
    { what: 'neither', given: access(false, false), from: 0, to: 0 },
  ])('and those of the user follow the access: $what', ({ given, from, to }) => {
    const { targets } = renderLeg([A], settings({ cache: { ...CACHE, access: given } }))
    expect(targets[0]?.cacheFrom).toHaveLength(from)
    expect(targets[0]?.cacheTo).toHaveLength(to)
  })

  test('are none without a registry, where those of the user are left', () => {
    const { strategy, access: given, from, to } = CACHE
    const homeless = { strategy, access: given, from, to }
    const { targets, refs } = renderLeg([A], settings({ cache: homeless }))
    expect(targets[0]).toMatchObject({ cacheFrom: ['type=gha'], cacheTo: ['type=gha,mode=max'] })
    expect(refs).toEqual([{ from: [], to: [] }])
  })
})

describe('a cache ref that several targets would write', () => {
  test.each([
    { what: 'of a platform', cache: { ...CACHE, strategy: 'platform' as const }, tags: ['linux-amd64', 'linux-arm64'] },
    {
      what: 'that is given with its tag',
      cache: { ...CACHE, location: { repository: REPOSITORY, tag: 'one' } },
      tags: ['one', 'one'],
    },
  ])('$what is written by a collector for each platform', ({ cache, tags }) => {
    const { targets, collectors, refs } = renderLeg([A, B, ARM], settings({ cache }))
    expect(targets.map(({ cacheTo }) => cacheTo)).toEqual([
      ['type=gha,mode=max'],
      ['type=gha,mode=max'],
      ['type=gha,mode=max'],
    ])
    expect(collectors.map(({ name, platform, leaves }) => [name, platform, leaves])).toEqual([
      ['collect-linux-amd64', 'linux/amd64', ['t0', 't1']],
      ['collect-linux-arm64', 'linux/arm64', ['t2']],
    ])
    expect(collectors.map(({ cacheTo }) => cacheTo)).toEqual(
      tags.map((tag) => [expect.stringMatching(`ref=${REPOSITORY}:${tag},.*mode=max`)]),
    )
    expect(collectors.map(({ cacheFrom }) => cacheFrom)).toEqual(tags.map((tag) => [refOf(tag)]))
    expect(refs.map(({ to }) => to)).toEqual([tags[0], tags[0], tags[1]].map((tag) => [`${REPOSITORY}:${tag ?? ''}`]))
  })

  test('needs no collector when nothing is written', () => {
    const cache = { ...CACHE, strategy: 'platform', access: access(true, false) } as const
    expect(renderLeg([A, B], settings({ cache })).collectors).toEqual([])
  })
})
