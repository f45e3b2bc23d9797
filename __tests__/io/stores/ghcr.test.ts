import { describe, expect, test } from '@jest/globals'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import type { Holding } from '../../../src/retention/holding.ts'
import { keepServices } from '../../support/checked-services.ts'
import { ACCOUNTS, refuse, TOKENS } from '../../support/github-answers.ts'
import type { StoredPackage } from '../../support/github-packages.ts'
import { type Clock, deleteAll, ghcrStore, sessionWith, startClock } from '../../support/github-stores-bed.ts'
import { type FakeGithubOptions, type FakeGithub, startGithubStores } from '../../support/github-stores.ts'
import { cut, each, type Fault, first, matching, truncate } from '../../support/registry/faults.ts'

const keep = keepServices()

const start = async (options: FakeGithubOptions = {}): Promise<FakeGithub> => keep(await startGithubStores(options))

type World = { readonly github: FakeGithub; readonly clock: Clock; readonly cache: StoredPackage }

/** A package of an organization, `ghcr.io/acme/team/cache`. */
const startWorld = async (options: FakeGithubOptions = {}): Promise<World> => {
  const clock = startClock()
  const github = await start({ now: clock.now, ...options })
  return { github, clock, cache: github.create(ACCOUNTS.acme, 'team/cache') }
}

const storeIn = ({ github, clock }: World, token: string = TOKENS.workflow) =>
  ghcrStore(sessionWith(github, clock, { token }), 'acme/team/cache')

const callsOf = ({ github }: World): readonly string[] => github.requests.map(({ method, path }) => `${method} ${path}`)

const VERSIONS = '/orgs/acme/packages/container/team%2Fcache/versions'

const fill = (cache: StoredPackage, count: number): void => {
  for (let number = 0; number < count; number++) cache.push(number % 3 === 0 ? [] : [`t${number}`])
}

const idsOf = (objects: readonly Holding[] | undefined): readonly number[] =>
  (objects ?? []).map(({ id }) => Number(id)).toSorted((a, b) => a - b)

const idsIn = (cache: StoredPackage): readonly number[] =>
  cache
    .versions()
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)

/** The one object that the store lists under a number. */
const listedAs = async (store: ReturnType<typeof storeIn>, id: number): Promise<Holding> => {
  const found = (await store.list())?.find((object) => object.id === String(id))
  if (found === undefined) throw new Error(`version ${id} was not listed`)
  return found
}

describe('a list', () => {
  test('has every version, with its tags, digest and date', async () => {
    const world = await startWorld()
    const tagged = world.cache.push(['b', 'a'])
    const untagged = world.cache.push([])
    const pushedAt = '2026-11-22T15:39:57Z'
    expect(await storeIn(world).list()).toEqual([
      { id: String(untagged.id), tags: [], digest: untagged.digest, pushedAt },
      { id: String(tagged.id), tags: ['a', 'b'], digest: tagged.digest, pushedAt },
    ])
    expect(callsOf(world)).toEqual(['GET /users/acme', `GET ${VERSIONS}`])
  })

  test('of 12,000 versions takes each page once, and both ends again, a few at a time', async () => {
    const world = await startWorld()
    fill(world.cache, 12_000)
    expect(idsOf(await storeIn(world).list())).toEqual(idsIn(world.cache))
    expect(callsOf(world)).toHaveLength(1 + 120 + 2)
    expect(world.github.busiest()).toBeLessThanOrEqual(4)
    expect(world.github.exchanges.every(({ reply }) => reply.status === 200)).toBe(true)
  })

  test.each([
    { what: 'an organization', owner: ACCOUNTS.acme, token: TOKENS.workflow, base: '/orgs/acme', asks: 1 },
    { what: 'another account', owner: ACCOUNTS.octocat, token: TOKENS.workflow, base: '/users/octocat', asks: 2 },
    { what: 'the owner of the token', owner: ACCOUNTS.octocat, token: TOKENS.octocat, base: '/user', asks: 2 },
  ])('is that of $what, which is found out once', async ({ owner, token, base, asks }) => {
    const world = await startWorld()
    const cache = world.github.create(owner, 'cache')
    const { id } = cache.push(['kept'])
    fill(cache, 120)
    const store = ghcrStore(sessionWith(world.github, world.clock, { token }), `${owner.login}/cache`)
    expect(await store.list()).toHaveLength(121)
    expect(await store.list()).toHaveLength(121)
    expect(await store.delete(await listedAs(store, id))).toMatchObject({ status: 'deleted' })
    const path = `${base}/packages/container/cache/versions`
    expect(callsOf(world).filter((call) => !call.includes(path))).toHaveLength(asks)
    expect(callsOf(world).at(-1)).toBe(`DELETE ${path}/${id}`)
  })

  test('loses and doubles nothing while versions come and go', async () => {
    const clock = startClock()
    const gone: number[] = []
    let pages = 0
    const moving: Fault = (_request, next) => {
      const reply = next()
      pages++
      if (pages === 4 || pages === 9) world.cache.push([`new${pages}`])
      if (pages === 6) for (const { id } of world.cache.versions().slice(20, 23)) gone.push(id)
      if (pages === 6) gone.forEach(world.cache.remove)
      return reply
    }
    const github = await start({ now: clock.now, fault: each(moving, matching(/versions$/)) })
    const world: World = { github, clock, cache: github.create(ACCOUNTS.acme, 'team/cache') }
    fill(world.cache, 1_000)
    const listed = idsOf(await storeIn(world).list())
    expect(listed).toEqual(idsIn(world.cache))
    expect(gone).toHaveLength(3)
  })

  test('is empty knowledge where there is no package', async () => {
    const { github, clock } = await startWorld()
    expect(await ghcrStore(sessionWith(github, clock), 'acme/other').list()).toBeUndefined()
  })

  test.each([
    { what: 'the registry has', listTagsWithin: () => Promise.resolve(['linux-amd64']) },
    {
      what: 'the registry does not show',
      listTagsWithin: () => Promise.reject(new RegistryError('403 Forbidden', { registry: 'ghcr.io', status: 403 })),
    },
  ])('of a package that $what, but GitHub does not show, tells what is missing', async ({ listTagsWithin }) => {
    const { github, clock } = await startWorld()
    const store = ghcrStore(sessionWith(github, clock), 'acme/other', { registry: { listTagsWithin } })
    await expect(store.list()).rejects.toThrow(
      /^ghcr\.io\/acme\/other: 404: Package not found.*`packages: write`.*role Admin.*ghcr\.io\/acme\/other/,
    )
  })

  test('with a token that is none says so', async () => {
    const world = await startWorld()
    await expect(storeIn(world, 'ghs_expired').list()).rejects.toThrow(
      /401: Bad credentials.*github-token.*`delete:packages`/,
    )
  })

  test.each([
    { what: 'server errors', fault: first(3, refuse(502, 'Server Error'), matching(/versions$/)) },
    { what: 'no answer', fault: first(3, cut, matching(/versions$/)) },
    { what: 'half of an answer', fault: first(3, truncate, matching(/versions$/)) },
    { what: 'too many requests', fault: first(3, refuse(429, 'Too many', { 'retry-after': '30' })) },
    { what: 'a secondary rate limit', fault: first(3, refuse(403, 'You have exceeded a secondary rate limit')) },
  ])('gets over $what', async ({ fault }) => {
    const world = await startWorld({ fault })
    fill(world.cache, 650)
    expect(idsOf(await storeIn(world).list())).toEqual(idsIn(world.cache))
  })

  test.each([
    { what: 'no digest', change: { name: 'latest' } },
    { what: 'no tags', change: { metadata: { package_type: 'container' } } },
  ])('is refused as a whole when a version has $what', async ({ change }) => {
    const spoil: Fault = (_request, next) => {
      const reply = next()
      const [one, ...others] = JSON.parse((reply.body ?? '').toString()) as readonly object[]
      return { ...reply, body: JSON.stringify([{ ...one, ...change }, ...others]) }
    }
    const world = await startWorld({ fault: each(spoil, matching(/versions$/)) })
    fill(world.cache, 3)
    await expect(storeIn(world).list()).rejects.toThrow('without id, digest, tags or date')
  })

  test('is refused as a whole when a page cannot be read', async () => {
    const broken = matching(/versions$/)
    const fault = each(refuse(500, 'Server Error'), (request) => broken(request) && request.query.get('page') === '3')
    const world = await startWorld({ fault })
    fill(world.cache, 500)
    await expect(storeIn(world).list()).rejects.toThrow('Server Error')
  })
})

describe('what is read', () => {
  test('comes from the registry; what leads to a subject has the number of its version', async () => {
    const { github, clock, cache } = await startWorld()
    const subject = cache.push(['image'])
    const signature = cache.push([])
    const content = { status: 'unreadable', reason: 'from the registry' } as const
    const referrers = [signature.digest, `sha256:${'f'.repeat(64)}`].map((digest) => ({ id: digest, digest, tags: [] }))
    const oci = { inspect: () => Promise.resolve(content), referrers: () => Promise.resolve(referrers) }
    const store = ghcrStore(sessionWith(github, clock), 'acme/team/cache', { oci })
    await store.list()
    expect(await store.inspect({ digest: subject.digest, tags: [] })).toBe(content)
    expect(await store.referrers(subject.digest)).toMatchObject([{ id: String(signature.id), tags: [] }])
  })
})

describe('a delete', () => {
  test('takes one read and one request, and what it says brings the version back', async () => {
    const world = await startWorld()
    const { id } = world.cache.push(['old'])
    world.cache.push(['new'])
    const store = storeIn(world)
    const object = await listedAs(store, id)
    const before = callsOf(world).length
    const deletion = await store.delete(object)
    expect(callsOf(world).slice(before)).toEqual([`GET ${VERSIONS}/${id}`, `DELETE ${VERSIONS}/${id}`])
    expect(deletion).toEqual({ status: 'deleted', restore: `gh api --method POST ${VERSIONS}/${id}/restore` })
    expect(idsOf(await store.list())).not.toContain(id)

    const restored = await fetch(`${world.github.url}${VERSIONS}/${id}/restore`, {
      method: 'POST',
      headers: { authorization: `token ${TOKENS.workflow}` },
    })
    expect(restored.status).toBe(204)
    expect(await listedAs(store, id)).toEqual(object)
  })

  test('of what is gone is a success', async () => {
    const world = await startWorld()
    const { id } = world.cache.push(['old'])
    const store = storeIn(world)
    const object = await listedAs(store, id)
    world.cache.remove(id)
    expect(await store.delete(object)).toEqual({ status: 'gone' })
    expect(callsOf(world).filter((call) => call.startsWith('DELETE'))).toEqual([])
  })

  test.each([
    {
      what: 'has another tag besides',
      move: (cache: StoredPackage, id: number) => {
        cache.retag(id, 'v1')
      },
      now: 'old, v1',
    },
    { what: 'lost its tag', move: ({ push }: StoredPackage) => void push(['old']), now: 'no tag any more' },
  ])('leaves alone what $what since it was listed', async ({ move, now }) => {
    const world = await startWorld()
    const { id } = world.cache.push(['old'])
    world.cache.push(['new'])
    const store = storeIn(world)
    const object = await listedAs(store, id)
    move(world.cache, id)
    expect(await store.delete(object)).toEqual({ status: 'moved', reason: expect.stringContaining(now) })
    expect(idsIn(world.cache)).toContain(id)
  })

  test('finds a child by its digest; a digest that is no version is gone', async () => {
    const world = await startWorld()
    const { id, digest } = world.cache.push([])
    world.cache.push(['new'])
    const store = storeIn(world)
    await store.list()
    expect(await store.delete({ id: digest, tags: [], digest })).toMatchObject({ status: 'deleted' })
    expect(idsIn(world.cache)).not.toContain(id)
    const other = `sha256:${'f'.repeat(64)}`
    expect(await store.delete({ id: other, tags: [], digest: other })).toEqual({ status: 'gone' })
  })

  test.each([
    { what: 'the last version', fill: (cache: StoredPackage) => cache.push([]), reason: /last version of a package/ },
    {
      what: 'the last tagged version',
      fill: (cache: StoredPackage) => (cache.push([]), cache.push(['one'])),
      reason: /last tagged version of a package/,
    },
    {
      what: 'what was downloaded too often',
      fill: (cache: StoredPackage) => (cache.push(['new']), cache.push(['old'], { downloads: 5_001 })),
      reason: /more than 5000 downloads/,
    },
  ])('skips $what, in the words of GitHub', async ({ fill: prepare, reason }) => {
    const world = await startWorld()
    const { id } = prepare(world.cache)
    const store = storeIn(world)
    const deletion = await store.delete(await listedAs(store, id))
    expect(deletion).toEqual({ status: 'skipped', reason: expect.stringMatching(reason) })
    expect(idsIn(world.cache)).toContain(id)
  })

  test('with a token that may not write names the permission, and is the last', async () => {
    const world = await startWorld()
    const { id } = world.cache.push(['old'])
    const store = storeIn(world, TOKENS.readOnly)
    expect(await store.delete(await listedAs(store, id))).toEqual({
      status: 'unsupported',
      reason: expect.stringMatching(/^403: Resource not accessible.*`packages: write`.*role Admin.*acme\/team\/cache/),
    })
  })

  test('that GitHub answers with 404 though the version is there names the role', async () => {
    const world = await startWorld()
    const { id } = world.cache.push(['old'])
    const store = storeIn(world, TOKENS.unlinked)
    expect(await store.delete(await listedAs(store, id))).toEqual({
      status: 'failed',
      reason: expect.stringMatching(/404, though version \d+ is there.*role Admin.*"Manage Actions access"/),
    })
  })

  const secondary = refuse(403, 'You have exceeded a secondary rate limit', { 'retry-after': '45' })
  const faults = [
    { what: 'a server error', fault: refuse(503, 'Unavailable') },
    { what: 'no answer', fault: cut },
    { what: 'half of an answer', fault: truncate },
    { what: 'a secondary rate limit', fault: secondary },
    { what: 'too many requests', fault: refuse(429, 'Too many requests', { 'retry-after': '7' }) },
  ]
  test.each(faults.flatMap((one) => ['GET', 'DELETE'].map((method) => ({ ...one, method }))))(
    'gets over $what to $method, and knows that it deleted',
    async ({ fault, method }) => {
      const world = await startWorld({ fault: first(2, fault, matching(/versions\/\d+$/, method)) })
      const { id } = world.cache.push(['old'])
      world.cache.push(['new'])
      const store = storeIn(world)
      expect(await store.delete(await listedAs(store, id))).toMatchObject({ status: 'deleted', restore: /restore$/ })
      expect(idsIn(world.cache)).not.toContain(id)
    },
  )

  test('that fails for long is told', async () => {
    const world = await startWorld({ fault: each(refuse(500, 'Server Error'), matching(/\d$/, 'DELETE')) })
    const { id } = world.cache.push(['old'])
    const store = storeIn(world)
    const object = await listedAs(store, id)
    expect(await store.delete(object)).toEqual({ status: 'failed', reason: expect.stringContaining('Server Error') })
    expect(callsOf(world).filter((call) => call.startsWith('DELETE'))).toHaveLength(6)
  })
})

describe('a prune', () => {
  /** Every few requests something else goes wrong. */
  const unreliable = (): Fault => {
    const kinds: readonly Fault[] = [
      refuse(502, 'Server Error'),
      cut,
      truncate,
      refuse(403, 'You have exceeded a secondary rate limit', { 'retry-after': '20' }),
      refuse(429, 'Too many requests', { 'retry-after': '5' }),
    ]
    let count = 0
    return (request, next) => {
      const kind = ++count % 11 === 0 ? kinds[(count / 11) % kinds.length] : undefined
      return kind === undefined ? next() : kind(request, next)
    }
  }

  /** Those that are to go: all but every third. */
  const doomedOf = (objects: readonly Holding[] | undefined): readonly Holding[] =>
    (objects ?? []).filter(({ id }) => Number(id) % 3 > 0)

  const keptIn = (cache: StoredPackage): readonly number[] => idsIn(cache).filter((id) => id % 3 === 0)

  test('gets through 12,000 versions in whatever weather, in parts', async () => {
    const world = await startWorld({ fault: unreliable() })
    fill(world.cache, 12_000)
    const kept = keptIn(world.cache)
    const last = idsIn(world.cache).slice(-300)
    // Each part is a new run, which lists anew and goes on with what is left.
    for (const part of [60, 60]) {
      const store = storeIn(world)
      const doomed = doomedOf(await store.list()).filter(({ id }) => last.includes(Number(id)))
      expect(await deleteAll(store, doomed.slice(0, part), world.clock)).toEqual({ deleted: part })
    }
    expect(keptIn(world.cache)).toEqual(kept)
    expect(idsIn(world.cache)).toHaveLength(11_880)
  })

  test('at the pace of the store is never told to slow down', async () => {
    const world = await startWorld()
    fill(world.cache, 450)
    const store = storeIn(world)
    const doomed = doomedOf(await store.list())
    expect(await deleteAll(store, doomed, world.clock)).toEqual({ deleted: doomed.length })
    expect(world.github.exchanges.every(({ reply }) => reply.status < 400)).toBe(true)
    expect(store.pace.perMinute).toBeLessThanOrEqual(180)
  })

  test('that is in a hurry is slowed down before GitHub does it', async () => {
    const world = await startWorld()
    fill(world.cache, 270)
    const store = storeIn(world)
    const doomed = doomedOf(await store.list())
    const deletions = await Promise.all(doomed.map(store.delete))
    expect(deletions.every(({ status }) => status === 'deleted')).toBe(true)
    expect(world.github.exchanges.every(({ reply }) => reply.status < 400)).toBe(true)
  })

  test('stops when the requests of the hour are used up, and goes on later', async () => {
    const world = await startWorld({ hourly: 100 })
    fill(world.cache, 300)
    const store = storeIn(world)
    const doomed = doomedOf(await store.list())
    const { exhausted = 0, left = 0, deleted = 0 } = await deleteAll(store, doomed, world.clock)
    expect(exhausted).toBeGreaterThan(0)
    expect(exhausted + left + deleted).toBe(doomed.length)
    // Three others may have been on their way when the last one of the hour was spent.
    const asked = world.github.requests.length
    expect(asked).toBeLessThanOrEqual(103)
    const deletion = await store.delete(doomed.at(-1) ?? { id: '0', tags: [] })
    expect(deletion).toMatchObject({ status: 'exhausted', reason: expect.stringContaining('rate limit') })
    const wait = deletion.status === 'exhausted' ? deletion.wait : 0
    expect(world.github.requests).toHaveLength(asked)
    await world.clock.sleep(wait)
    expect(await deleteAll(store, doomed.slice(-20), world.clock)).toEqual({ deleted: 20 })
  })

  test('beside another one loses nothing, and both succeed', async () => {
    const world = await startWorld({ fault: unreliable() })
    fill(world.cache, 180)
    const kept = keptIn(world.cache)
    const stores = [storeIn(world), storeIn(world)]
    const lists = await Promise.all(stores.map((store) => store.list()))
    const counts = await Promise.all(
      stores.map((store, index) => deleteAll(store, doomedOf(lists[index]), world.clock)),
    )
    const statuses = new Set(counts.flatMap((count) => Object.keys(count)))
    expect([...statuses].filter((status) => status !== 'deleted' && status !== 'gone')).toEqual([])
    expect(idsIn(world.cache)).toEqual(kept)
  })
})
