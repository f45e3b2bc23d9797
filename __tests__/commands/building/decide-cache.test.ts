import { describe, expect, test } from '@jest/globals'
import { decideCache, findRefs } from '../../../src/commands/building/decide-cache.ts'
import type { LegWork } from '../../../src/commands/building/leg-work.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import { formatReference } from '../../../src/oci/reference.ts'
import type { CacheAccess } from '../../../src/plan/access.ts'
import type { PlannedCache } from '../../../src/plan/cache.ts'
import type { LegChain } from '../../../src/plan/leg-cache.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalIo } from '../../support/io.ts'
import { CACHE_REPOSITORY, legItem, legPrefix, legWork, refOf } from '../../support/leg.ts'

const [SECURITY, CORE, APP, OTHER] = ['security', 'core', 'app', 'other'].map((layer) => legPrefix(layer))
const chain = (...prefixes: readonly (typeof CORE)[]): LegChain => prefixes.flatMap((prefix) => prefix ?? [])

/** A registry that has these refs, fails for some, and writes down what it is asked. */
const worldOf = (there: readonly string[], failing: Readonly<Record<string, Error>> = {}) => {
  const asked: string[] = []
  const { io, told } = literalIo(new Map())
  const headManifest: typeof io.registry.headManifest = (reference) => {
    const ref = formatReference(reference)
    const tag = reference.tag ?? ''
    asked.push(tag)
    const error = failing[tag]
    if (error !== undefined) return Promise.reject(error)
    const head = { digest: `sha256:${'a'.repeat(64)}`, mediaType: 'a', size: 1 }
    return Promise.resolve(there.map(refOf).includes(ref) ? head : undefined)
  }
  return { io: { ...io, registry: { ...io.registry, headManifest } }, told, asked }
}

const DOWN = new RegistryError('no answer', { registry: 'ghcr.io', temporary: true })

describe('findRefs', () => {
  test.each<{
    readonly what: string
    readonly chains: readonly LegChain[]
    readonly there: readonly string[]
    readonly found: readonly string[]
    readonly asked: readonly string[]
  }>([
    { what: 'nothing', chains: [], there: ['core'], found: [], asked: [] },
    { what: 'nothing of work items without steps', chains: [[], []], there: ['core'], found: [], asked: [] },
    {
      what: 'the highest of a chain, and looks no further',
      chains: [chain(SECURITY, CORE, APP)],
      there: ['security', 'core', 'app'],
      found: ['app'],
      asked: ['app'],
    },
    {
      what: 'what lies lower, from the top down',
      chains: [chain(SECURITY, CORE, APP)],
      there: ['security'],
      found: ['security'],
      asked: ['app', 'core', 'security'],
    },
    {
      what: 'none where there is none',
      chains: [chain(SECURITY, CORE)],
      there: [],
      found: [],
      asked: ['core', 'security'],
    },
    {
      what: 'what chains share by one request',
      chains: [chain(SECURITY, CORE, APP), chain(SECURITY, CORE, OTHER), chain(SECURITY, CORE)],
      there: ['core'],
      found: ['core'],
      asked: ['app', 'other', 'core'],
    },
  ])('finds $what', async ({ chains, there, found, asked }) => {
    const world = worldOf(there)
    await expect(findRefs(chains, world.io)).resolves.toEqual(new Set(found.map(refOf)))
    expect(world.asked.toSorted()).toEqual(asked.toSorted())
    expect(world.told.infos).toEqual([])
  })

  const elsewhere = (...names: readonly string[]): LegChain =>
    names.map((name) => legPrefix(name, { elsewhere: [refOf(`plain-${name}`)] }))

  test.each([
    { there: ['core'], asked: ['app', 'plain-app', 'core'] },
    { there: ['core', 'plain-app'], asked: ['app', 'plain-app', 'core'] },
    { there: ['plain-app'], asked: ['app', 'plain-app', 'core', 'security'] },
    { there: ['plain-security'], asked: ['app', 'plain-app', 'core', 'plain-core', 'security', 'plain-security'] },
    { there: ['app', 'plain-app'], asked: ['app'] },
  ])('where $there are there, further repositories are asked only above what was found: $asked', async (world) => {
    const { io, asked } = worldOf(world.there)
    await findRefs([elsewhere('security', 'core', 'app')], io)
    expect(asked).toEqual(world.asked)
  })

  test('a registry that fails does not keep another from being asked', async () => {
    const { io, told, asked } = worldOf(['app'], { 'plain-app': DOWN })
    const chains = [[legPrefix('app', { ref: 'eu.example/own:plain-app', elsewhere: [refOf('app')] })]]
    await expect(findRefs(chains, io)).resolves.toEqual(new Set([refOf('app')]))
    expect(asked).toEqual(['plain-app', 'app'])
    expect(told.infos).toEqual(['The cache in eu.example cannot be read, so the build does without it: no answer'])
  })

  test('asks a registry that fails no more, and says so once', async () => {
    const { io, told, asked } = worldOf(['security', 'core'], { app: DOWN, other: DOWN })
    const chains = [chain(SECURITY, CORE, APP), chain(SECURITY, CORE, OTHER)]
    await expect(findRefs(chains, io)).resolves.toEqual(new Set())
    expect(asked).toEqual(['app', 'other'])
    expect(told.infos).toEqual(['The cache in ghcr.io cannot be read, so the build does without it: no answer'])
  })

  test('a ref that is none is not there', async () => {
    const { io, asked } = worldOf([])
    await expect(findRefs([[legPrefix('x', { ref: 'Not A Ref' })]], io)).resolves.toEqual(new Set())
    expect(asked).toEqual([])
  })

  test('lets bugs through', async () => {
    const { io } = worldOf([], { app: new TypeError('bug') })
    await expect(findRefs([chain(APP)], io)).rejects.toThrow('bug')
  })
})

/** Refs as they are pinned: the digest of `core` is known, and that of nothing else. */
const PINNED_CORE = `${CACHE_REPOSITORY}@sha256:${'c'.repeat(64)}`
const PINS = new Map([[refOf('core'), PINNED_CORE]])

describe('with pins', () => {
  /** A registry in which everything is there by its tag, and this by its digest. */
  const worldWith = (digests: readonly string[]) => {
    const asked: string[] = []
    const { io } = literalIo(new Map())
    const headManifest: typeof io.registry.headManifest = (reference) => {
      asked.push(formatReference(reference))
      const isThere = reference.digest === undefined || digests.includes(formatReference(reference))
      return Promise.resolve(isThere ? { digest: `sha256:${'a'.repeat(64)}`, mediaType: 'a', size: 1 } : undefined)
    }
    return { io: { ...io, registry: { ...io.registry, headManifest } }, asked }
  }

  test('a ref is there when what it is pinned to is; tags are asked for by nobody', async () => {
    const [there, gone] = [worldWith([PINNED_CORE]), worldWith([])]
    const chains = [chain(SECURITY, CORE, APP)]
    await expect(findRefs(chains, there.io, PINS)).resolves.toEqual(new Set([refOf('core')]))
    await expect(findRefs(chains, gone.io, PINS)).resolves.toEqual(new Set())
    expect([...there.asked, ...gone.asked]).toEqual([PINNED_CORE, PINNED_CORE])
  })

  const WORK = legWork({
    items: [legItem('a')],
    chains: [chain(SECURITY, CORE, legPrefix('app', { imports: [refOf('old'), refOf('core')] }))],
    access: { read: true, write: false, reason: 'a test' },
    pins: PINS,
  })

  test('a leg imports digests alone, and writes nothing', () => {
    const known = new Set([refOf('core')])
    expect(decideCache(WORK, known, new Set())).toEqual({ items: [{ from: [PINNED_CORE], to: [] }], prefixes: [] })
  })

  test('what turned out to be broken by its digest is imported no more', () => {
    expect(decideCache(WORK, new Set([refOf('core')]), new Set([PINNED_CORE])).items).toEqual([{ from: [], to: [] }])
  })

  test('refs that are named after work items are pinned as well', () => {
    const plan = samplePlan({ cache: { strategy: 'manifest', pools: {}, access: WORK.access, ref: CACHE_REPOSITORY } })
    const items = [legItem('a'), legItem('b')]
    const pins = new Map([[refOf('a-linux-amd64'), PINNED_CORE]])
    expect(decideCache({ ...WORK, plan, items, pins, chains: [] }, new Set(), new Set()).items).toEqual([
      { from: [PINNED_CORE], to: [] },
      { from: [], to: [] },
    ])
  })
})

const access = (read: boolean, write: boolean): CacheAccess => ({ read, write, reason: 'a test' })

const NONE = new Set<string>()

describe('decideCache, with refs that are named by content', () => {
  const WORK = legWork({
    items: [legItem('a'), legItem('b')],
    chains: [chain(SECURITY, CORE, APP), chain(SECURITY, legPrefix('core2', { imports: [refOf('old')] }))],
  })
  const decide = (known: readonly string[], broken: readonly string[] = [], changes: Partial<LegWork> = {}) => {
    const { items, prefixes } = decideCache(
      { ...WORK, ...changes },
      new Set(known.map(refOf)),
      new Set(broken.map(refOf)),
    )
    return {
      from: items.map(({ from }) => from),
      to: items.map(({ to }) => to.map(({ ref }) => ref)),
      prefixes: prefixes.map(({ ref, item, from }) => ({ ref, item, from })),
    }
  }
  const refs = (...tags: readonly string[]): readonly string[] => tags.map(refOf)

  test('imports what is there and writes what is not', () => {
    expect(decide(['core', 'security'])).toEqual({
      from: [refs('core'), refs('security', 'old')],
      to: [refs('app'), refs('core2')],
      prefixes: [],
    })
  })

  test('takes a broken ref for missing: it is not imported, and written again', () => {
    expect(decide(['core', 'security'], ['core'])).toEqual({
      from: [refs('security'), refs('security', 'old')],
      to: [refs('app'), refs('core2')],
      prefixes: [{ ref: refOf('core'), item: 0, from: refs('security') }],
    })
  })

  test('imports no broken ref of an earlier plan either, also not for a prefix alone', () => {
    const [first = []] = WORK.chains
    const chains = [first, [legPrefix('core2', { imports: refs('old', 'older') }), ...chain(OTHER)]]
    expect(decide([], ['old'], { chains })).toMatchObject({
      from: [[], refs('older')],
      prefixes: [{ item: 0 }, { item: 0 }, { ref: refOf('core2'), item: 1, from: refs('older') }],
    })
  })

  test.each([
    { given: access(true, false), from: [refs('core'), refs('security', 'old')], to: [[], []] },
    { given: access(false, true), from: [[], []], to: [refs('app'), refs('core2')] },
    { given: access(false, false), from: [[], []], to: [[], []] },
  ])('follows the access: $given', ({ given, from, to }) => {
    expect(decide(['core', 'security'], [], { access: given })).toMatchObject({ from, to })
  })
})

describe('decideCache, with refs that are named after work items', () => {
  const AUXILIARY = 'ARG PARENT\nFROM golang:1 AS build\nRUN a\nFROM ${PARENT}\nCOPY --from=build /a /a\n'
  const WORK = legWork({
    items: [legItem('a'), legItem('b', [{ layer: 'core', text: AUXILIARY }]), legItem('a', [], 'linux/arm64')],
  })
  const decide = (
    strategy: 'manifest' | 'platform' | 'layer',
    where: string | undefined,
    broken: ReadonlySet<string> = NONE,
    given = access(true, true),
    pools: PlannedCache['pools'] = {},
  ) => {
    const plan = samplePlan({
      cache: { strategy, pools, access: given, ...(where === undefined ? {} : { ref: where }) },
    })
    return decideCache({ ...WORK, plan, access: given }, NONE, broken)
  }

  test.each([
    { strategy: 'manifest', where: CACHE_REPOSITORY, tags: ['a-linux-amd64', 'b-linux-amd64', 'a-linux-arm64'] },
    { strategy: 'platform', where: CACHE_REPOSITORY, tags: ['linux-amd64', 'linux-amd64', 'linux-arm64'] },
    { strategy: 'manifest', where: refOf('one'), tags: ['one', 'one', 'one'] },
    { strategy: 'platform', where: refOf('one'), tags: ['one', 'one', 'one'] },
  ] as const)('each reads and writes one: strategy $strategy in $where', ({ strategy, where, tags }) => {
    const { items, prefixes } = decide(strategy, where)
    expect(items.map(({ from }) => from)).toEqual(tags.map((tag) => [refOf(tag)]))
    expect(items.map(({ to }) => to.map(({ ref }) => ref))).toEqual(tags.map((tag) => [refOf(tag)]))
    expect(prefixes).toEqual([])
  })

  test('a pool with a repository of its own reads the plain one as well', () => {
    const own = 'eu.example/acme/cache'
    const pools = { 'linux/arm64': [own, CACHE_REPOSITORY] }
    const { items } = decide('platform', CACHE_REPOSITORY, NONE, access(true, true), pools)
    expect(items[2]).toMatchObject({
      from: [`${own}:linux-arm64`, refOf('linux-arm64')],
      to: [{ ref: `${own}:linux-arm64` }],
    })
    expect(items[0]?.from).toEqual([refOf('linux-amd64')])
  })

  test('they hold auxiliary stages where there are any', () => {
    expect(decide('manifest', CACHE_REPOSITORY).items.map(({ to }) => to[0]?.mode)).toEqual(['min', 'max', 'min'])
  })

  test('a broken one is imported no more, and written all the same', () => {
    const { items } = decide('manifest', CACHE_REPOSITORY, new Set([refOf('a-linux-amd64')]))
    expect(items.map(({ from, to }) => [from.length, to.length])).toEqual([
      [0, 1],
      [1, 1],
      [1, 1],
    ])
  })

  test.each([
    { given: access(true, false), counts: [1, 0] },
    { given: access(false, true), counts: [0, 1] },
    { given: access(false, false), counts: [0, 0] },
  ])('follows the access: $given', ({ given, counts }) => {
    const { items } = decide('platform', CACHE_REPOSITORY, NONE, given)
    expect(items.map(({ from, to }) => [from.length, to.length])).toEqual([counts, counts, counts])
  })

  test.each([
    { what: 'without a registry', strategy: 'manifest', where: undefined },
    { what: 'where refs are named by content and no item has a step', strategy: 'layer', where: CACHE_REPOSITORY },
  ] as const)('there are none $what', ({ strategy, where }) => {
    expect(decide(strategy, where)).toEqual({ items: WORK.items.map(() => ({ from: [], to: [] })), prefixes: [] })
  })
})

test('one leg writes at most 50 refs to the Actions cache, those of its work items first', () => {
  const names = Array.from({ length: 80 }, (_, index) => `layer-${index}`)
  const chains = [names.slice(0, 40), names.slice(40)].map((layers) => layers.map((layer) => legPrefix(layer)))
  const items = [legItem('a'), legItem('b')]
  const written = (ref: string): number => {
    const plan = samplePlan({ cache: { strategy: 'layer', ref, pools: {}, access: access(true, true) } })
    const refs = decideCache(legWork({ plan, items, chains }), NONE, NONE)
    expect(refs.items.map(({ to }) => to.map((write) => write.ref))).toEqual([[refOf('layer-39')], [refOf('layer-79')]])
    return refs.prefixes.length + refs.items.length
  }
  expect(written('gha://demo')).toBe(50)
  expect(written(CACHE_REPOSITORY)).toBe(80)
})
