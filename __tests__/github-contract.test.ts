import { expect, test } from '@jest/globals'
import { ACCOUNTS, type Exchange, type GithubApi, startGithubApi, TOKENS } from './support/github-api.ts'
import { contractProblems } from './support/github-contract.ts'

/*
 * The fake of GitHub's API against GitHub's own OpenAPI description, of which `script/slice-openapi.ts` has cut the
 * part that we use. The tests of the client check all that they say to each other as well.
 */

const COMMENTS = '/repos/acme/factory/issues/7/comments'

const call = async (
  { url }: GithubApi,
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
    what: 'an operation that there is not',
    changes: ({ request, reply }: Exchange) => ({ request: { ...request, method: 'PUT' }, reply }),
    problem: `PUT ${COMMENTS} 201: no such operation`,
  },
])('the contract notices $what', async ({ changes, problem }) => {
  expect(await problemsWith(changes)).toEqual(problem === undefined ? [] : [problem])
})
