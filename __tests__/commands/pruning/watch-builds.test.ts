import { describe, expect, test } from '@jest/globals'
import { refsOfPlan, watchBuilds } from '../../../src/commands/pruning/watch-builds.ts'
import type { Io } from '../../../src/io/io.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import { encodePlan } from '../../../src/plan/plan-file.ts'
import { makePlan } from '../../../src/plan/plan.ts'
import { renderRecords } from '../../../src/records/parse-records.ts'
import { literalIo } from '../../support/io.ts'
import { sampleRecord, sampleRecordLayer } from '../../support/records.ts'
import { PLANNED, samplePrefix, sampleWork } from '../../support/samples.ts'

const PLACE = { registry: 'ghcr.io', repository: 'acme/factory-cache-records' }
const REF = 'ghcr.io/acme/factory-cache:core-linux-amd64-3f9c0a1b2c3d4e5f'
const OTHER = 'ghcr.io/acme/factory-cache:core-linux-amd64-0000000000000000'
const IMAGE = `sha256:${'1'.repeat(64)}`
const RUN = 'run-20261122t153957z-7-1-amd64-1'
const PLAN = 'plan-factory-main'

const plan = makePlan({
  ...PLANNED,
  cache: { ...PLANNED.cache, ref: 'ghcr.io/acme/factory-cache' },
  items: [sampleWork()],
  tops: [0],
  prefixes: [samplePrefix({ tag: 'core-linux-amd64-3f9c0a1b2c3d4e5f' })],
})

const TEXTS: Readonly<Record<string, string>> = {
  [RUN]: renderRecords([sampleRecord({ layers: [sampleRecordLayer({ ref: REF })], digest: IMAGE })]),
  [PLAN]: JSON.stringify(encodePlan(plan)),
}

/** A place of records whose tags and digests can be changed, and a clock that goes on when told. */
const placeOf = (tags: Map<string, string>) => {
  const seen = { lists: 0, now: Date.UTC(2026, 10, 22) }
  const { io } = literalIo(new Map())
  const nameOf = (digest = '') => [...tags].find(([, each]) => each === digest)?.[0] ?? ''
  const registry: Io['registry'] = {
    ...io.registry,
    listTags: () => {
      seen.lists++
      return Promise.resolve([...tags.keys()])
    },
    headManifest: ({ tag = '' }) => Promise.resolve({ digest: tags.get(tag) ?? '', mediaType: '', size: 0 }),
    getText: ({ tag, digest }) => Promise.resolve(TEXTS[tag ?? nameOf(digest)]),
  }
  return { seen, io: { ...io, registry, clock: { ...io.clock, now: () => new Date(seen.now) } } }
}

describe('watchBuilds', () => {
  test('finds what was there before to be no news', async () => {
    const tags = new Map([
      [RUN, 'sha256:1'],
      [PLAN, 'sha256:2'],
    ] as const)
    const { io } = placeOf(new Map(tags))
    await expect(watchBuilds(PLACE, new Map(tags), io).isNeeded([REF])).resolves.toBeUndefined()
  })

  test.each([
    ['a record that came', RUN, new Map<string, string>()],
    ['a plan that came', PLAN, new Map<string, string>()],
    ['a plan that took the place of another', PLAN, new Map([[PLAN, 'sha256:before']])],
  ])('keeps what is named by %s', async (_description, tag, known) => {
    const { io } = placeOf(new Map([[tag, 'sha256:now']]))
    const watch = watchBuilds(PLACE, known, io)
    await expect(watch.isNeeded([REF])).resolves.toBe(`a build that came meanwhile needs it: ${tag}`)
    await expect(watch.isNeeded([OTHER])).resolves.toBeUndefined()
  })

  test('keeps an image that a new record names by its digest', async () => {
    const { io } = placeOf(new Map([[RUN, 'sha256:now']]))
    const watch = watchBuilds(PLACE, new Map(), io)
    await expect(watch.isNeeded([IMAGE])).resolves.toBe(`a build that came meanwhile needs it: ${RUN}`)
  })

  test('looks once for a hundred deletions', async () => {
    const { io, seen } = placeOf(new Map())
    const watch = watchBuilds(PLACE, new Map(), io)
    for (let count = 0; count < 250; count++) await watch.isNeeded([REF])
    expect(seen.lists).toBe(3)
  })

  test('looks again when the last look is old', async () => {
    const { io, seen } = placeOf(new Map())
    const watch = watchBuilds(PLACE, new Map(), io)
    await watch.isNeeded([REF])
    seen.now += 60_000
    await watch.isNeeded([REF])
    expect(seen.lists).toBe(2)
  })

  test('keeps everything when it cannot look', async () => {
    const { io } = placeOf(new Map())
    const listTags = () => Promise.reject(new RegistryError('503', { registry: 'ghcr.io' }))
    const watch = watchBuilds(PLACE, new Map(), { ...io, registry: { ...io.registry, listTags } })
    await expect(watch.isNeeded([REF])).resolves.toBe('nobody can tell whether a build needs it by now: 503')
  })
})

test('a plan needs its refs and what it imports', () => {
  const imports = ['ghcr.io/acme/other:x']
  expect(
    refsOfPlan({ ...plan, prefixes: [samplePrefix({ tag: 'a', imports }), samplePrefix({ imports: [] })] }),
  ).toEqual(['ghcr.io/acme/factory-cache:a', ...imports])
})
