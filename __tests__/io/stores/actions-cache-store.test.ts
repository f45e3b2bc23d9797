import { describe, expect, test } from '@jest/globals'
import { createActionsCacheStore } from '../../../src/io/stores/actions-cache-store.ts'
import { keepServices } from '../../support/checked-services.ts'
import { refuse, TOKENS } from '../../support/github-answers.ts'
import { type Clock, deleteAll, sessionWith, startClock } from '../../support/github-stores-bed.ts'
import { type FakeGithubOptions, type FakeGithub, startGithubStores } from '../../support/github-stores.ts'
import { cut, each, type Fault, first, matching } from '../../support/registry/faults.ts'

const keep = keepServices()

type World = { readonly github: FakeGithub; readonly clock: Clock }

const startWorld = async (options: FakeGithubOptions = {}): Promise<World> => {
  const clock = startClock()
  const github = keep(await startGithubStores({ now: clock.now, ...options }))
  return { github, clock }
}

const storeIn = ({ github, clock }: World, more: { readonly token?: string; readonly ref?: string } = {}) => {
  const { token = TOKENS.workflow, ref } = more
  const session = sessionWith(github, clock, { token })
  return createActionsCacheStore({ session, repository: 'acme/factory', ...(ref === undefined ? {} : { ref }) })
}

const BLOB = `buildkit-blob-1-sha256:${'a'.repeat(64)}`

describe('a list', () => {
  test('has entries of BuildKit and our own, with sizes, times and refs, and no others', async () => {
    const world = await startWorld()
    const { caches } = world.github
    caches.save(BLOB, { bytes: 55_585_204 })
    caches.save('index-core-1-5c45fc59#1', { ref: 'refs/heads/next' })
    caches.save('strata-history/llm/strata.yaml/main/17-1')
    for (const key of ['Linux-node-958aff96', 'index-of-books', 'strata-unknown']) caches.save(key)
    const when = '2026-11-22T15:39:57.000Z'
    const listed = await storeIn(world).list()
    expect(listed).toHaveLength(3)
    expect(listed).toEqual(
      expect.arrayContaining([
        { id: '1', tags: [BLOB], bytes: 55_585_204, pushedAt: when, usedAt: when, scope: 'refs/heads/main' },
        expect.objectContaining({ tags: ['index-core-1-5c45fc59#1'], scope: 'refs/heads/next' }),
        expect.objectContaining({ tags: ['strata-history/llm/strata.yaml/main/17-1'] }),
      ]),
    )
  })

  test('takes as many pages as there are, of one ref if asked', async () => {
    const world = await startWorld()
    const refs = ['refs/heads/main', 'refs/pull/7/merge']
    for (let number = 0; number < 500; number++) {
      for (const ref of refs) world.github.caches.save(`index-s${number}-1-5c45fc59#1`, { ref })
    }
    expect(await storeIn(world).list()).toHaveLength(1_000)
    const own = await storeIn(world, { ref: 'refs/pull/7/merge' }).list()
    expect(own?.map(({ scope }) => scope)).toEqual(Array.from({ length: 500 }, () => 'refs/pull/7/merge'))
  })

  test('that is denied names the permission', async () => {
    const world = await startWorld({ fault: each(refuse(403, 'Resource not accessible by integration')) })
    await expect(storeIn(world).list()).rejects.toThrow(/^Actions cache of acme\/factory: 403: .*`actions: write`/)
  })
})

test('entries are opaque, and nothing refers to them', async () => {
  const store = storeIn(await startWorld())
  expect(await store.inspect({ tags: [BLOB] })).toEqual({ status: 'opaque' })
  expect(await store.referrers(`sha256:${'a'.repeat(64)}`)).toEqual([])
})

describe('a delete', () => {
  test('is by number, one request each, and of what is gone a success', async () => {
    const world = await startWorld()
    const { caches, requests } = world.github
    caches.save(BLOB)
    caches.save(BLOB, { ref: 'refs/heads/next' })
    const store = storeIn(world)
    const object = (await store.list())?.find(({ scope }) => scope === 'refs/heads/main') ?? { id: '0', tags: [] }
    const before = requests.length
    expect(await store.delete(object)).toEqual({ status: 'deleted' })
    expect(requests.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /repos/acme/factory/actions/caches/1',
    ])
    expect(caches.entries().map(({ ref }) => ref)).toEqual(['refs/heads/next'])
    expect(await store.delete(object)).toEqual({ status: 'gone' })
  })

  test('without the permission names it, and is the last', async () => {
    const world = await startWorld()
    for (let number = 0; number < 20; number++) world.github.caches.save(`index-s${number}-1-5c45fc59#1`)
    const store = storeIn(world, { token: TOKENS.readOnly })
    const listed = (await store.list()) ?? []
    const { unsupported = 0, left = 0 } = await deleteAll(store, listed, world.clock)
    expect(unsupported).toBeLessThanOrEqual(store.pace.concurrency)
    expect(left).toBe(20 - unsupported)
    expect(await store.delete(listed[0] ?? { id: '0', tags: [] })).toEqual({
      status: 'unsupported',
      reason: expect.stringMatching(/^403: .*give the job `actions: write`/),
    })
    expect(world.github.caches.entries()).toHaveLength(20)
  })

  const faults: readonly { readonly what: string; readonly fault: Fault }[] = [
    { what: 'a server error', fault: refuse(502, 'Server Error') },
    { what: 'no answer', fault: cut },
    { what: 'too many deletes', fault: refuse(429, 'Too many requests', { 'retry-after': '60' }) },
  ]
  test.each(faults)('gets over $what, and knows that it deleted', async ({ fault }) => {
    const world = await startWorld({ fault: first(1, fault, matching(/caches/, 'DELETE')) })
    world.github.caches.save(BLOB)
    const store = storeIn(world)
    expect(await deleteAll(store, (await store.list()) ?? [], world.clock)).toEqual({ deleted: 1 })
    expect(world.github.caches.entries()).toEqual([])
  })

  test('of many, beside another prune, is never told to slow down', async () => {
    const world = await startWorld()
    for (let number = 0; number < 200; number++) world.github.caches.save(`index-s${number}-1-5c45fc59#1`)
    // Both go by the same token, and so by the same session.
    const store = storeIn(world)
    const listed = (await store.list()) ?? []
    const counts = await Promise.all([listed, listed.toReversed()].map((some) => deleteAll(store, some, world.clock)))
    const statuses = new Set(counts.flatMap((count) => Object.keys(count)))
    expect([...statuses].toSorted()).toEqual(['deleted', 'gone'])
    expect(world.github.caches.entries()).toEqual([])
    expect(world.github.exchanges.filter(({ reply }) => reply.status === 403 || reply.status === 429)).toEqual([])
  })
})
