import { describe, expect, test } from '@jest/globals'
import { pushGenerations } from '../support/generations.ts'
import {
  CACHE,
  factoryOf,
  generationsOf,
  pruneOnce,
  type Pruned,
  tagsOf,
  withGenerations,
} from '../support/prune-bed.ts'
import { each, matching, status } from '../support/registry/faults.ts'
import type { TestRegistry } from '../support/registry.ts'
import { referenceOf } from '../support/registry-client.ts'

const DAY = 24 * 3_600_000

const push = ({ host }: TestRegistry, repository: string, count: number): Promise<void> =>
  pushGenerations(referenceOf(`${host}/${repository}`), generationsOf(count))

/** A build exports to the tag again, and something else comes of it. */
const exportAgain = ({ store, pushManifest }: TestRegistry, repository: string, tag: string): void => {
  const { manifests, tags } = store.get(repository) ?? {}
  const manifest = JSON.parse(String(manifests?.get(tags?.get(tag) ?? '')?.bytes)) as object
  pushManifest(repository, { ...manifest, annotations: { again: 'yes' } }, tag)
}

const placesOf = ({ report }: Pruned, { host }: TestRegistry): readonly string[] =>
  report.places.map(({ name }) => name.replace(`${host}/`, ''))

describe('the untrusted cache', () => {
  const UNTRUSTED = 'acme/untrusted'
  const files = ({ host }: TestRegistry, more = '') =>
    factoryOf(host, `cache: { untrusted-ref: '${host}/${UNTRUSTED}' }\n${more}`)
  const step = (registry: TestRegistry, later: number, more = '') => ({
    ...{ files: files(registry, more), later, inputs: { confirm: 'true' } },
  })

  test('goes by age alone, with its records, whatever they say', async () => {
    await using registry = await withGenerations(1)
    await push(registry, UNTRUSTED, 2)
    const first = await pruneOnce(registry, step(registry, 0))
    expect(placesOf(first, registry)).toEqual([CACHE, UNTRUSTED, `${UNTRUSTED}-records`, `${CACHE}-records`])
    expect(first.outputs['deleted']).toBe('0')
    await pruneOnce(registry, step(registry, 6 * DAY))
    expect(tagsOf(registry, UNTRUSTED)).toHaveLength(4)
    await pruneOnce(registry, step(registry, 8 * DAY))
    expect(tagsOf(registry, UNTRUSTED)).toEqual([])
    expect(tagsOf(registry, `${UNTRUSTED}-records`)).toEqual([])
    expect(tagsOf(registry)).toHaveLength(2)
  })

  test('has the period of expire-after, and what was exported again is young again', async () => {
    await using registry = await withGenerations(1)
    await push(registry, UNTRUSTED, 2)
    const retention = 'retention: { expire-after: 3d }\n'
    await pruneOnce(registry, step(registry, 0, retention))
    const [again = ''] = tagsOf(registry, UNTRUSTED)
    exportAgain(registry, UNTRUSTED, again)
    await pruneOnce(registry, step(registry, 4 * DAY, retention))
    expect(tagsOf(registry, UNTRUSTED)).toEqual([again])
  })

  test('cannot keep anything in the trusted one, nor be kept by records that nobody can read', async () => {
    await using registry = await withGenerations(5)
    await push(registry, UNTRUSTED, 1)
    registry.faults.push(each(status(403), matching(/untrusted-records\/(manifests|blobs)/)))
    const run = await pruneOnce(registry, step(registry, 0))
    expect(tagsOf(registry)).toHaveLength(6)
    expect(run.report.unreadable).toEqual([expect.stringContaining(`${UNTRUSTED}-records`)])
  })
})

describe('mirrors', () => {
  const MIRROR = 'elsewhere/cache'
  const files = ({ host }: TestRegistry, how: string) =>
    factoryOf(host, `cache: { mirrors: [{ ref: '${host}/${MIRROR}', ${how} }] }\n`)

  test('one that is written loses and keeps what the cache does', async () => {
    await using registry = await withGenerations(6)
    await push(registry, MIRROR, 6)
    await pruneOnce(registry, { files: files(registry, 'write: true, read: false'), inputs: { confirm: 'true' } })
    expect(tagsOf(registry)).toHaveLength(6)
    expect(tagsOf(registry, MIRROR).sort()).toEqual(tagsOf(registry).sort())
  })

  test('one that is only read belongs to others', async () => {
    await using registry = await withGenerations(6)
    await push(registry, MIRROR, 6)
    const run = await pruneOnce(registry, { files: files(registry, 'read: true'), inputs: { confirm: 'true' } })
    expect(placesOf(run, registry)).toEqual([CACHE, `${CACHE}-records`])
    expect(tagsOf(registry, MIRROR)).toHaveLength(12)
  })
})

test('the repository of a pool is looked at, too', async () => {
  await using registry = await withGenerations(1)
  const pool = `pools: { linux/amd64: { runs-on: big, cache: { ref: '${registry.host}/acme/big-cache' } } }\n`
  const run = await pruneOnce(registry, { files: factoryOf(registry.host, pool) })
  expect(placesOf(run, registry)).toEqual([CACHE, 'acme/big-cache', `${CACHE}-records`])
})
