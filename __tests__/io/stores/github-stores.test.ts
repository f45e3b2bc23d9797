import { expect, test } from '@jest/globals'
import { createGithubStores, type GithubStoresOptions } from '../../../src/io/stores/github-stores.ts'
import { createStores } from '../../../src/io/stores/stores.ts'
import { ACCOUNTS, TOKENS } from '../../support/github-answers.ts'
import { contractProblems } from '../../support/github-contract.ts'
import { startClock } from '../../support/github-stores-bed.ts'
import { startGithubStores } from '../../support/github-stores.ts'

const unused = (): never => {
  throw new Error('no registry is asked here')
}

const client: Parameters<typeof createStores>[0] = {
  ...{ listTags: unused, headManifest: unused, getManifest: unused, deleteManifest: unused, listReferrers: unused },
}

const registry = { listTagsWithin: () => Promise.resolve(undefined) }

const optionsFor = (more: Partial<GithubStoresOptions>): GithubStoresOptions => ({
  token: TOKENS.workflow,
  version: '1.2.3',
  registry,
  ...more,
})

test.each([undefined, ''])('there are none with the token %j', (token) => {
  expect(createGithubStores(optionsFor({ token }))).toBeUndefined()
})

test('without a repository there is no Actions cache', () => {
  expect(createGithubStores(optionsFor({ repository: '' }))?.actionsCache()).toBeUndefined()
})

test('a package of ghcr.io and the Actions cache are listed and deleted from', async () => {
  const pacing = startClock()
  await using github = await startGithubStores({ now: pacing.now })
  const cache = github.create(ACCOUNTS.acme, 'cache')
  cache.push(['kept'])
  cache.push([])
  github.caches.save('index-core-1-5c45fc59#1')
  const options = optionsFor({ apiUrl: github.url, repository: 'acme/factory', pacing })
  const stores = createStores(client, createGithubStores(options))
  const opened = stores.open({ registry: 'ghcr.io', repository: 'acme/cache' }, 'auto')
  expect(opened.status).toBe('open')
  for (const store of [opened.store, stores.actionsCache()]) {
    const [newest] = (await store?.list()) ?? []
    expect(newest && (await store?.delete(newest))).toMatchObject({ status: 'deleted' })
  }
  expect(cache.versions().map(({ tags }) => tags)).toEqual([['kept']])
  expect(github.caches.entries()).toEqual([])
  expect(contractProblems(github.exchanges)).toEqual([])
})
