import { registryCacheTo } from '../../src/render/attributes.ts'
import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/layers/digest.ts'
import type { CacheMode, ItemRefs, LegPrefix, LegRefs, PrefixWrite } from '../../src/plan/leg-cache.ts'
import { prefixTarget, renderLeg, type LegCache, type LegSettings, type RenderItem } from '../../src/render/leg.ts'
import { sampleWork } from '../support/samples.ts'
import { BASE, stitched, type TestLayer } from './dockerfile-fixture.ts'

const REPOSITORY = 'ghcr.io/acme/cache'

const refOf = (tag: string): string => `${REPOSITORY}:${tag}`

const from = (tag: string): string => `type=registry,ref=${refOf(tag)}`

const to = (tag: string, mode: CacheMode): string =>
  `type=registry,ref=${refOf(tag)},mode=${mode},image-manifest=true,oci-mediatypes=true,ignore-error=true`

/** A work item reads and writes these tags. */
const tagged = (reads: readonly string[], writes: readonly string[], mode: CacheMode = 'min'): ItemRefs => ({
  from: reads.map(refOf),
  to: writes.map((tag) => ({ ref: refOf(tag), mode })),
})

const refs = (items: readonly ItemRefs[] = [], prefixes: readonly PrefixWrite[] = []): LegRefs => ({ items, prefixes })

const CACHE: LegCache = {
  access: { read: true, write: true, reason: 'test' },
  refs: refs(),
  from: ['type=gha'],
  to: ['type=gha,mode=max'],
  home: '/cache',
}

const settings = (changes: Partial<LegSettings> = {}): LegSettings => ({
  cache: CACHE,
  push: false,
  load: false,
  attests: [],
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

const render = (items: readonly RenderItem[], used: LegRefs, changes: Partial<LegCache> = {}) =>
  renderLeg(items, settings({ cache: { ...CACHE, refs: used, ...changes } }))

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

  test('get no tag from a push by digest, or a temporary one where the driver cannot', () => {
    const waiting = { ...A, temporary: 'ghcr.io/acme/app:strata-tmp-7-1-a-linux-amd64', publishedKey: 'ab'.repeat(32) }
    const [byDigest] = renderLeg([waiting], settings({ push: true })).targets
    expect(byDigest?.tags).toEqual([])
    expect(byDigest?.annotations).toHaveLength(1)
    expect(byDigest?.outputs).toEqual([
      `type=image,name=${A.item.image},push-by-digest=true,name-canonical=true,push=true,oci-mediatypes=true`,
    ])
    const [byTag] = renderLeg([waiting], settings({ push: true, driver: 'docker' })).targets
    expect(byTag?.tags).toEqual([waiting.temporary])
    expect(byTag?.outputs).toEqual(['type=image,push=true,oci-mediatypes=true'])
    const [both] = renderLeg([waiting], settings({ push: true, load: true })).targets
    expect(both?.outputs[1]).toBe('type=docker,name=ghcr.io/acme/app:a')
  })

  test('put out nothing without a name', () => {
    const { targets } = renderLeg([{ ...A, images: [] }], settings({ push: true }))
    expect(targets[0]?.outputs).toEqual(['type=cacheonly'])
  })
})

describe('cache refs of a work item', () => {
  const USED = refs([tagged(['a', 'old'], ['a']), tagged(['arm'], ['arm'], 'max')])

  test('are read and written by its own target, before those of the user', () => {
    const leg = render([A, ARM], USED)
    expect(leg.targets.map(({ cacheFrom, cacheTo }) => [cacheFrom, cacheTo])).toEqual([
      [
        [from('a'), from('old'), 'type=gha'],
        [to('a', 'min'), 'type=gha,mode=max'],
      ],
      [
        [from('arm'), 'type=gha'],
        [to('arm', 'max'), 'type=gha,mode=max'],
      ],
    ])
    expect(leg.collectors).toEqual([])
    expect(leg.prefixes).toEqual([])
    expect(leg.refs).toBe(USED)
    expect([...leg.writers]).toEqual([
      [refOf('a'), 't0'],
      [refOf('arm'), 't1'],
    ])
  })

  test.each([
    { what: 'reading and writing', given: access(true, true), used: [['type=gha'], ['type=gha,mode=max']] },
    { what: 'reading only', given: access(true, false), used: [['type=gha'], []] },
    { what: 'writing only', given: access(false, true), used: [[], ['type=gha,mode=max']] },
    { what: 'neither', given: access(false, false), used: [[], []] },
  ])('are none where none are told, and those of the user follow the access: $what', ({ given, used }) => {
    for (const told of [refs(), refs([tagged([], [])])]) {
      const [target] = render([A], told, { access: given }).targets
      expect([target?.cacheFrom, target?.cacheTo]).toEqual(used)
    }
  })
})

describe('a cache ref that several targets would write', () => {
  const SHARED = refs([
    tagged(['amd64', 'old'], ['amd64']),
    tagged(['amd64'], ['amd64'], 'max'),
    tagged(['arm64'], ['arm64']),
    tagged(['arm64'], ['arm64']),
  ])
  const ARM_B = item('b', 'linux/arm64')

  test('is written by a collector for each platform', () => {
    const { targets, collectors } = render([A, B, ARM, ARM_B], SHARED)
    expect(targets.map(({ cacheTo }) => cacheTo)).toEqual(Array.from({ length: 4 }, () => ['type=gha,mode=max']))
    expect(targets.map(({ cacheFrom }) => cacheFrom[0])).toEqual(['amd64', 'amd64', 'arm64', 'arm64'].map(from))
    expect(collectors).toEqual([
      {
        name: 'collect-linux-amd64',
        platform: 'linux/amd64',
        leaves: ['t0', 't1'],
        cacheFrom: [from('amd64'), from('old')],
        cacheTo: [registryCacheTo(refOf('amd64'), 'max')],
        refs: [refOf('amd64')],
      },
      {
        name: 'collect-linux-arm64',
        platform: 'linux/arm64',
        leaves: ['t2', 't3'],
        cacheFrom: [from('arm64')],
        cacheTo: [registryCacheTo(refOf('arm64'), 'max')],
        refs: [refOf('arm64')],
      },
    ])
  })

  test("is the collector's, when one asks who writes it", () => {
    expect([...render([A, B, ARM, ARM_B], SHARED).writers]).toEqual([
      [refOf('amd64'), 'collect-linux-amd64'],
      [refOf('arm64'), 'collect-linux-arm64'],
    ])
  })

  test('leaves alone a target that writes one of its own', () => {
    const { targets, collectors } = render(
      [A, B, ARM],
      refs([tagged([], ['one']), tagged([], ['one']), tagged([], ['own'])]),
    )
    expect(targets[2]?.cacheTo).toEqual([to('own', 'min'), 'type=gha,mode=max'])
    expect(collectors.map(({ name }) => name)).toEqual(['collect-linux-amd64'])
  })

  test('has a collector for each repository that a platform is cached in', () => {
    const [one, two] = [refs([tagged(['a'], ['a'])]).items, refs([tagged(['b'], ['b'])]).items].map(([item]) => item)
    const both = [one, one, two, two].flatMap((item) => item ?? [])
    expect(
      render([A, B, A, B], { items: both, prefixes: [] }).collectors.map(({ name, leaves, refs }) => [
        name,
        leaves,
        refs,
      ]),
    ).toEqual([
      ['collect-linux-amd64', ['t0', 't1'], [refOf('a')]],
      ['collect-linux-amd64-2', ['t2', 't3'], [refOf('b')]],
    ])
  })

  test('needs no collector when nothing is written', () => {
    expect(render([A, B], refs([tagged(['one'], []), tagged(['one'], [])])).collectors).toEqual([])
  })
})

describe('prefixes', () => {
  const PREFIX: LegPrefix = {
    ...{ key: 'f'.repeat(64), ref: refOf('core-f'), layer: 'Core', variant: '1.0', stage: 'core' },
    ...{ mode: 'max', writes: true, elsewhere: [], imports: [] },
  }
  const WRITE: PrefixWrite = { ref: PREFIX.ref, mode: 'max', prefix: PREFIX, item: 1, from: [refOf('security')] }
  const CONTEXTS: RenderItem = {
    item: sampleWork({ manifestId: 'b', bake: { network: 'none', labels: { a: 'b' }, 'no-cache': true } }),
    dockerfile: stitched([BASE, { layer: 'core', text: 'COPY --from=src a a\n', contexts: { src: 'apps/b' } }]),
    images: ['ghcr.io/acme/app:b'],
  }
  const nameOf = (tag: string): string => `p${digestOf([refOf(tag)]).slice(0, 12)}`
  const NAME = nameOf('core-f')
  const BAKE = {
    name: NAME,
    annotations: [],
    dockerfile: '/tmp/leg/b-linux-amd64.Dockerfile',
    stage: 'core',
    context: 'here',
    contexts: { 'core.src': 'apps/b' },
    platform: 'linux/amd64',
    tags: [],
    outputs: ['type=cacheonly'],
    cacheFrom: [from('security')],
    cacheTo: [to('core-f', 'max')],
    // what says how steps run; labels are the image's, and a prefix has none
    extra: { network: 'none' },
  }

  test('are built of the Dockerfile of a work item, up to their stage, for their cache alone', () => {
    expect(prefixTarget(WRITE, NAME, [A, CONTEXTS], settings())).toEqual([{ bake: BAKE, write: WRITE }])
  })

  test('have no target where there is no such work item', () => {
    expect(prefixTarget(WRITE, NAME, [A], settings())).toEqual([])
  })

  test('are targets of the leg beside those of the work items, and cost no file', () => {
    const below = { ...PREFIX, key: 'e'.repeat(64) }
    const second: PrefixWrite = { ...WRITE, ref: refOf('security'), mode: 'min', prefix: below, item: 0, from: [] }
    const leg = render([A, CONTEXTS], refs([tagged([], ['a']), tagged([], [])], [WRITE, second]), {
      access: access(true, true),
    })
    expect(leg.targets.map(({ name, stage }) => [name, stage])).toEqual([
      ['t0', undefined],
      ['t1', undefined],
    ])
    expect(leg.prefixes.map(({ bake: { name, cacheTo }, write }) => [name, cacheTo, write])).toEqual([
      [NAME, [to('core-f', 'max')], WRITE],
      [nameOf('security'), [to('security', 'min')], second],
    ])
    expect(leg.files).toHaveLength(2)
    expect([...leg.writers]).toEqual([
      [refOf('a'), 't0'],
      [refOf('core-f'), NAME],
      [refOf('security'), nameOf('security')],
    ])
  })

  test('put nothing out whatever the leg does, and leave the caches of the user to the work items', () => {
    const cache = { ...CACHE, refs: refs([], [{ ...WRITE, item: 0 }]) }
    const [prefix] = renderLeg([CONTEXTS], settings({ cache, push: true, load: true })).prefixes
    expect(prefix?.bake).toEqual(BAKE)
  })
})
