import { expect, test } from '@jest/globals'
import { ACCOUNTS, type Exchange, TOKENS } from './support/github-answers.ts'
import { type GithubApi, startGithubApi } from './support/github-api.ts'
import { contractProblems } from './support/github-contract.ts'
import { startGithubStores } from './support/github-stores.ts'

/*
 * The fake of GitHub's API against GitHub's own OpenAPI description, of which `script/slice-openapi.ts` has cut the
 * part that we use. The tests of the client check all that they say to each other as well.
 */

const COMMENTS = '/repos/acme/factory/issues/7/comments'

const call = async (
  { url }: Pick<GithubApi, 'url'>,
  method: string,
  path: string,
  body?: object,
  token: string = TOKENS.workflow,
): Promise<Response> =>
  // prettier-ignore
  fetch(`${url}${path}`, {
    method,
    headers: { authorization: `token ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

test('whatever the fake answers is what GitHub says it answers', async () => {
  await using github = await startGithubApi()
  const { id } = github.write(ACCOUNTS.octocat, 'one')
  const comment = `/repos/acme/factory/issues/comments/${id}`
  const statuses = []
  for (const [method, path, body, token] of [
    ['GET', COMMENTS],
    ['GET', `${COMMENTS}?per_page=1&page=2`],
    ['GET', COMMENTS, undefined, 'ghs_unknown'],
    ['GET', '/repos/acme/secret/issues/7/comments'],
    ['POST', COMMENTS, { body: 'two' }],
    ['POST', COMMENTS, { body: 'two' }, TOKENS.readOnly],
    ['POST', COMMENTS, { body: ' ' }],
    ['POST', COMMENTS, { body: 'x'.repeat(65_537) }],
    ['PATCH', comment, { body: 'three' }],
    ['PATCH', comment, { body: '' }],
    ['PATCH', comment, { body: 'four' }, TOKENS.readOnly],
    ['PATCH', '/repos/acme/factory/issues/comments/1', { body: 'five' }],
  ] as const) {
    const response = await call(github, method, path, body, token)
    statuses.push(response.status)
  }
  expect(statuses).toEqual([200, 200, 401, 404, 201, 403, 422, 422, 200, 422, 403, 404])
  expect(contractProblems(github.exchanges)).toEqual([])
})

test('pages are linked until there are no more', async () => {
  await using github = await startGithubApi()
  for (let count = 0; count < 5; count++) github.write(ACCOUNTS.octocat, `${count}`)
  const seen: string[] = []
  let next: string | undefined = `${github.url}${COMMENTS}?per_page=2`
  while (next !== undefined) {
    const response = await fetch(next, { headers: { authorization: `token ${TOKENS.workflow}` } })
    const page = (await response.json()) as readonly { readonly body: string }[]
    seen.push(page.map(({ body }) => body).join())
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  expect(seen).toEqual(['0,1', '2,3', '4'])
  expect(contractProblems(github.exchanges)).toEqual([])
})

/** What the fake answers to requests, one after the other, and what the description says about it. */
const statusesOf = async (
  github: Parameters<typeof call>[0],
  requests: readonly (readonly [method: string, path: string, token?: string])[],
): Promise<readonly number[]> => {
  const statuses: number[] = []
  for (const [method, path, token] of requests) {
    const { status } = await call(github, method, path, undefined, token)
    statuses.push(status)
  }
  return statuses
}

test.each([
  { owner: ACCOUNTS.acme, base: '/orgs/acme', token: TOKENS.workflow },
  { owner: ACCOUNTS.octocat, base: '/users/octocat', token: TOKENS.workflow },
  { owner: ACCOUNTS.octocat, base: '/user', token: TOKENS.octocat },
])('whatever the fake answers about packages below $base is what GitHub says', async ({ owner, base, token }) => {
  await using github = await startGithubStores()
  const cache = github.create(owner, 'team/cache')
  const kept = cache.push(['kept'])
  const popular = cache.push(['popular'], { downloads: 5_001 })
  const old = cache.push([])
  const path = `${base}/packages/container/team%2Fcache`
  const statuses = await statusesOf(github, [
    ['GET', path, token],
    ['GET', `${path}/versions?per_page=2&page=2`, token],
    ['GET', `${path}/versions`, 'ghs_unknown'],
    ['GET', `${base}/packages/container/other/versions`, token],
    ['GET', `${path}/versions/${old.id}`, token],
    ['DELETE', `${path}/versions/${old.id}`, token],
    ['GET', `${path}/versions/${old.id}`, token],
    ['GET', `${path}/versions?state=deleted`, token],
    ['POST', `${path}/versions/${old.id}/restore`, token],
    ['POST', `${path}/versions/${old.id}/restore`, token],
    ['DELETE', `${path}/versions/${popular.id}`, token],
    ['DELETE', `${path}/versions/${kept.id}`, token],
    ['DELETE', `${path}/versions/1`, token],
  ])
  expect(statuses).toEqual([200, 200, 401, 404, 200, 204, 404, 200, 204, 404, 400, 204, 404])
  expect(cache.versions().map(({ id }) => id)).toEqual([old.id, popular.id])
  expect(contractProblems(github.exchanges)).toEqual([])
})

test('whatever the fake answers about accounts and roles is what GitHub says', async () => {
  await using github = await startGithubStores()
  const { id } = github.create(ACCOUNTS.acme, 'cache').push(['one'])
  const path = `/orgs/acme/packages/container/cache/versions/${id}`
  const statuses = await statusesOf(github, [
    ['GET', '/users/acme'],
    ['GET', '/users/octocat'],
    ['GET', '/users/nobody'],
    ['GET', '/user/packages/container/cache/versions'],
    ['GET', '/users/acme/packages/container/cache/versions'],
    ['DELETE', path, TOKENS.readOnly],
    ['DELETE', path, TOKENS.unlinked],
  ])
  expect(statuses).toEqual([200, 200, 404, 403, 404, 403, 404])
  expect(contractProblems(github.exchanges)).toEqual([])
})

test('whatever the fake answers about the Actions cache is what GitHub says', async () => {
  await using github = await startGithubStores()
  for (const key of ['a-1', 'a-2', 'b-1']) github.caches.save(key)
  github.caches.save('a-1', { ref: 'refs/heads/next' })
  const path = '/repos/acme/factory/actions'
  const statuses = await statusesOf(github, [
    ['GET', `${path}/caches?key=a-&per_page=1&sort=created_at&direction=desc`],
    ['GET', `${path}/cache/usage`],
    ['DELETE', `${path}/caches/3`, TOKENS.readOnly],
    ['DELETE', `${path}/caches/3`],
    ['DELETE', `${path}/caches/3`],
    ['DELETE', `${path}/caches?key=a-1&ref=refs/heads/main`],
    ['DELETE', `${path}/caches?key=a-1&ref=refs/heads/main`],
  ])
  expect(statuses).toEqual([200, 200, 403, 204, 404, 200, 404])
  expect(github.caches.entries().map(({ key, ref }) => `${key} ${ref}`)).toEqual([
    'a-2 refs/heads/main',
    'a-1 refs/heads/next',
  ])
  expect(contractProblems(github.exchanges)).toEqual([])
})

/** What the description says about an exchange that is like a good one but for some changes. */
const problemsWith = async (changes: (exchange: Exchange) => Exchange): Promise<readonly string[]> => {
  await using github = await startGithubApi()
  await call(github, 'POST', COMMENTS, { body: 'one' })
  return contractProblems(github.exchanges.map(changes))
}

const answering = (change: (comment: Record<string, unknown>) => object) => (exchange: Exchange) => {
  const comment = JSON.parse((exchange.reply.body ?? '').toString()) as Record<string, unknown>
  return { ...exchange, reply: { ...exchange.reply, body: JSON.stringify(change(comment)) } }
}

test.each([
  { what: 'nothing at all', changes: (exchange: Exchange) => exchange, problem: undefined },
  {
    what: 'a field that may be null',
    changes: answering((comment) => ({ ...comment, user: null })),
    problem: undefined,
  },
  {
    what: 'a field that is missing',
    changes: answering(({ id, ...comment }) => comment),
    problem: `POST ${COMMENTS} 201: answer:  must have required property 'id'`,
  },
  {
    what: 'a field of another type',
    changes: answering((comment) => ({ ...comment, id: '7' })),
    problem: `POST ${COMMENTS} 201: answer: /id must be integer`,
  },
  {
    what: 'a request without what is required',
    changes: ({ request, reply }: Exchange) => ({ request: { ...request, body: Buffer.from('{}') }, reply }),
    problem: `POST ${COMMENTS} 201: request:  must have required property 'body'`,
  },
  {
    what: 'a parameter that there is not',
    changes: ({ request, reply }: Exchange) => ({
      request: { ...request, query: new URLSearchParams('sort=up') },
      reply,
    }),
    problem: `POST ${COMMENTS} 201: parameter sort`,
  },
  {
    what: 'a number that is none',
    changes: ({ request, reply }: Exchange) => ({
      request: { ...request, path: '/repos/a/b/issues/x/comments' },
      reply,
    }),
    problem: 'POST /repos/a/b/issues/x/comments 201: parameter issue_number',
  },
  {
    what: 'a status that there is not',
    changes: ({ request, reply }: Exchange) => ({ request, reply: { ...reply, status: 200 } }),
    problem: `POST ${COMMENTS} 200: no status 200`,
  },
  {
    what: 'an answer where there is none',
    changes: ({ request, reply }: Exchange) => ({
      request: { ...request, method: 'DELETE', path: '/repos/a/b/actions/caches/1', body: Buffer.alloc(0) },
      reply: { ...reply, status: 204 },
    }),
    problem: 'DELETE /repos/a/b/actions/caches/1 204: answer: there is one',
  },
  {
    what: 'a body that nobody asked for',
    changes: ({ request }: Exchange) => ({
      request: { ...request, method: 'DELETE', path: '/repos/a/b/actions/caches/1' },
      reply: { status: 204 },
    }),
    problem: 'DELETE /repos/a/b/actions/caches/1 204: request: there is a body',
  },
  {
    what: 'an operation that there is not',
    changes: ({ request, reply }: Exchange) => ({ request: { ...request, method: 'PUT' }, reply }),
    problem: `PUT ${COMMENTS} 201: no such operation`,
  },
])('the contract notices $what', async ({ changes, problem }) => {
  expect(await problemsWith(changes)).toEqual(problem === undefined ? [] : [problem])
})
