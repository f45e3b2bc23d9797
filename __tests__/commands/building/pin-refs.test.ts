import { expect, test } from '@jest/globals'
import { withPins } from '../../../src/commands/building/pin-refs.ts'
import type { RunEvent } from '../../../src/plan/access.ts'
import { renderRecords } from '../../../src/records/parse-records.ts'
import type { CompatibilityRecord } from '../../../src/records/record.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalIo } from '../../support/io.ts'
import { CACHE_REPOSITORY, legItem, legPrefix, legWork, refOf } from '../../support/leg.ts'
import { sampleRecord } from '../../support/records.ts'

const RELEASE: RunEvent = { name: 'release', ref: 'refs/tags/v1', refProtected: false, defaultBranch: 'main' }
const DIGEST = `sha256:${'d'.repeat(64)}`
const PINNED = { pinned: true }

const workIn = (ref: string) =>
  legWork({
    plan: samplePlan({
      cache: { strategy: 'layer', ref, pools: {}, access: { read: true, write: false, reason: 'a' } },
    }),
    items: [legItem('a')],
    chains: [['security', 'core', 'app'].map((layer) => legPrefix(layer))],
  })

/** The record of a run on the default branch that wrote these layers. */
const record = (day: number, layers: readonly string[]): CompatibilityRecord => {
  const time = `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`
  const run = { event: 'push', branch: 'main', startedAt: time, finishedAt: time }
  return sampleRecord({ run, cacheTo: layers.map((layer) => ({ ref: refOf(layer), written: true, digest: DIGEST })) })
}

/** A registry with one file of records a day. */
const worldOf = (layers: Readonly<Record<number, readonly string[]>>) => {
  const asked: string[] = []
  const { io, told } = literalIo(new Map())
  const tagOf = (day: number): string => `run-202611${String(day).padStart(2, '0')}t100000z-1-1-all`
  const byTag = new Map(Object.entries(layers).map(([day, each]) => [tagOf(Number(day)), record(Number(day), each)]))
  const registry: typeof io.registry = {
    ...io.registry,
    listTags: ({ repository }) => Promise.resolve(repository === 'acme/cache-records' ? [...byTag.keys()] : undefined),
    getText: ({ tag = '' }) => {
      asked.push(tag)
      const found = byTag.get(tag)
      return Promise.resolve(found && renderRecords([found]))
    },
  }
  return { io: { ...io, registry }, told, asked }
}

const pinned = (layer: string): [string, string] => [refOf(layer), `${CACHE_REPOSITORY}@${DIGEST}`]

test('refs are pinned by the records beside the cache, and one line says how many', async () => {
  const { io, told } = worldOf({ 1: ['security', 'core'], 2: ['other'] })
  const { pins } = await withPins(workIn(CACHE_REPOSITORY), PINNED, RELEASE, io)
  expect(pins).toEqual(new Map([pinned('other'), pinned('security'), pinned('core')]))
  expect(told.infos).toEqual([expect.stringMatching(/^2 of 3 cache refs are pinned by digest/)])
})

test('older records are read until the highest refs are pinned', async () => {
  const days = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index + 1, index === 9 ? ['app'] : []]))
  const { io, asked } = worldOf(days)
  await withPins(workIn(CACHE_REPOSITORY), PINNED, RELEASE, io)
  expect(asked).toHaveLength(16)
})

test('without records nothing is pinned, so nothing is imported', async () => {
  const { io, told } = worldOf({})
  const { pins } = await withPins(workIn(CACHE_REPOSITORY), PINNED, RELEASE, io)
  expect(pins).toEqual(new Map())
  expect(told.infos).toEqual([expect.stringMatching(/^0 of 3 /)])
})

test.each(['local', 'gha', 'inline'])('%s has no digests, and says so', async (backend) => {
  await expect(withPins(workIn(`${backend}://demo`), PINNED, RELEASE, worldOf({}).io)).rejects.toThrow(
    `input cache is pinned, and the backend of the cache is ${backend}, which has no digests to pin`,
  )
})

test('nobody is asked for records otherwise', async () => {
  const work = workIn(CACHE_REPOSITORY)
  const { io } = literalIo(new Map())
  await expect(withPins(work, { pinned: false }, RELEASE, io)).resolves.toBe(work)
})
