import { describe, expect, test } from '@jest/globals'
import { fetchEarlierRecords } from '../../../src/commands/planning/earlier-records.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import type { Reference } from '../../../src/oci/reference.ts'
import type { RunEvent } from '../../../src/plan/access.ts'
import type { PlannedCache } from '../../../src/plan/cache.ts'
import { renderRecords } from '../../../src/records/parse-records.ts'
import type { CompatibilityRecord } from '../../../src/records/record.ts'
import { literalContext } from '../../support/context.ts'
import { literalIo } from '../../support/io.ts'
import { sampleRecord, sampleRecordLayer } from '../../support/records.ts'
import { sampleWork } from '../../support/samples.ts'

const CACHE: PlannedCache = {
  strategy: 'layer',
  ref: 'ghcr.io/acme/cache',
  pools: {},
  access: { read: true, write: true, reason: 'a test' },
}
const ITEMS = ['serve', 'train'].map((manifestId) => sampleWork({ manifestId }))

const record = (manifestId: string, branch: string, day: number): CompatibilityRecord => {
  const time = `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`
  return sampleRecord({ manifest_id: manifestId, run: { branch, startedAt: time, finishedAt: time } })
}

const tagOf = (day: number): string => `run-202611${String(day).padStart(2, '0')}t100000z-1-1-all`

/** A registry with records by day or tag, or an error instead of them. */
const worldOf = (kept: Readonly<Record<string, readonly CompatibilityRecord[] | Error | string>> | Error) => {
  const asked: string[] = []
  const { io, told } = literalIo(new Map())
  const byTag = new Map(
    kept instanceof Error
      ? []
      : Object.entries(kept).map(([day, each]) => [day.startsWith('run-') ? day : tagOf(Number(day)), each]),
  )
  const getText = ({ tag = '' }: Reference): Promise<string | undefined> => {
    asked.push(tag)
    const found = byTag.get(tag)
    if (found instanceof Error) return Promise.reject(found)
    return Promise.resolve(typeof found === 'string' ? found : found && renderRecords(found))
  }
  const listTags = () =>
    kept instanceof Error ? Promise.reject(kept) : Promise.resolve(['plan-a-main', ...byTag.keys()])
  return { io: { ...io, registry: { ...io.registry, getText, listTags } }, told, asked }
}

const MAIN: RunEvent = { name: 'push', ref: 'refs/heads/main', refProtected: false, defaultBranch: 'main' }

const fetch = async (world: ReturnType<typeof worldOf>, event = MAIN, cache = CACHE) => {
  const found = await fetchEarlierRecords(
    { items: ITEMS, probes: 'none' },
    cache,
    { ...literalContext(), event },
    world.io,
  )
  return Object.fromEntries(
    [...found.records].map(([name, { run }]) => [name, `${run.branch ?? ''} ${run.finishedAt.slice(8, 10)}`]),
  )
}

const DENIED = new RegistryError('denied', { registry: 'ghcr.io', status: 403 })
const NEXT = { ...MAIN, ref: 'refs/heads/next' }

describe('fetchEarlierRecords', () => {
  test('reads the newest first, until each work item has one', async () => {
    const days = Array.from({ length: 20 }, (_, index) => index + 1)
    const world = worldOf(
      Object.fromEntries(days.map((day) => [day, [record('serve', 'main', day), record('train', 'main', day)]])),
    )
    expect(await fetch(world)).toEqual({ 'serve linux/amd64': 'main 20', 'train linux/amd64': 'main 20' })
    expect(world.asked).toEqual(days.slice(12).reverse().map(tagOf))
    expect(world.told.infos).toEqual(['2 of 2 work items have a record of an earlier build'])
  })

  test.each(['none', 'newest', 'all'] as const)(
    'finds answers of probes that are older than all builds: %s',
    async (probes) => {
      const probe = { digest: 'a', at: '2026-11-01T10:00:00Z' }
      const asked = sampleRecord({
        ...{ kind: 'prefix', run: record('', 'main', 1).run },
        layers: [sampleRecordLayer({ key: 'key', epoch: probe.at, probe })],
      })
      const days = Array.from({ length: 20 }, (_, index) => index + 2)
      const kept = days.map((day) => [day, [record('serve', 'main', day), record('train', 'main', day)]] as const)
      const tag = tagOf(1).replace('-all', '-probes')
      const world = worldOf({ ...Object.fromEntries(kept), [tag]: [asked] })
      const subject = { items: ITEMS, probes }
      const found = await fetchEarlierRecords(subject, CACHE, { ...literalContext(), event: MAIN }, world.io)
      const isFound = probes !== 'none'
      expect([...found.probes]).toEqual(isFound ? [['key', probe]] : [])
      expect([...found.epochs.values()]).toEqual(isFound ? [probe.at] : [])
      expect(world.asked).toHaveLength(isFound ? 9 : 8)
    },
  )

  test('prefers its own branch where that can have any, else takes the default branch', async () => {
    const kept = { 3: [record('serve', 'main', 3), record('train', 'main', 3)], 2: [record('serve', 'next', 2)] }
    const [serve, train] = ['serve linux/amd64', 'train linux/amd64']
    expect(await fetch(worldOf(kept), NEXT)).toEqual({ [serve]: 'next 2'.replace('2', '02'), [train]: 'main 03' })
    const readOnly = { ...CACHE, access: { read: true, write: false, reason: 'a test' } }
    expect(await fetch(worldOf(kept), NEXT, readOnly)).toEqual({ [serve]: 'main 03', [train]: 'main 03' })
  })

  test.each<[string, Parameters<typeof worldOf>[0], string]>([
    ['cannot be listed', DENIED, 'Records of earlier builds cannot be listed, so reasons will be missing: denied'],
    ['cannot be read', { 1: DENIED }, 'run-20261101t100000z-1-1-all cannot be used: denied'],
    ['are of another release', { 1: '{"version": 2}' }, 'cannot be used: '],
  ])('does without where they %s', async (_, kept, line) => {
    const world = worldOf(kept)
    expect(await fetch(world)).toEqual({})
    expect(world.told.infos).toEqual([expect.stringContaining(line)])
    expect(world.told.warnings).toEqual([])
  })

  test('asks nobody without a cache to read', async () => {
    const world = worldOf(new TypeError('bug'))
    const { ref: _, ...homeless } = CACHE
    expect(await fetch(world, MAIN, homeless)).toEqual({})
    expect(await fetch(world, MAIN, { ...CACHE, access: { read: false, write: false, reason: '' } })).toEqual({})
    await expect(fetch(world)).rejects.toThrow('bug')
  })
})
