import { describe, expect, test } from '@jest/globals'
import { type CommentOptions, type Comments, createComments } from '../../src/io/pull-request-comment.ts'
import { COMMENT_LIMIT, renderMarker } from '../../src/report/comment.ts'
import { keepServices } from '../support/checked-services.ts'
import { ACCOUNTS, refuse, TOKENS } from '../support/github-answers.ts'
import { type GithubApi, PULL_REQUEST, startGithubApi } from '../support/github-api.ts'
import { sleepingPacing } from '../support/pacing.ts'
import { cut, each, type Fault, first, matching, truncate } from '../support/registry/faults.ts'

const MARKER = 'plan'
const OPENING = renderMarker(MARKER)
const START = Date.parse('2026-11-22T15:39:57Z')
const DENIED = 'Resource not accessible by integration'

const keep = keepServices()

const start = async (fault?: Fault): Promise<GithubApi> => keep(await startGithubApi(fault))

const commentsOn = ({ url }: GithubApi, changes: Partial<CommentOptions> = {}): Comments =>
  createComments({
    token: TOKENS.workflow,
    apiUrl: url,
    repository: PULL_REQUEST.repository,
    pullRequest: PULL_REQUEST.number,
    version: '1.2.3',
    pacing: sleepingPacing(START),
    ...changes,
  })

const bodiesOf = ({ comments }: GithubApi): readonly string[] => comments.map(({ body }) => body)

const callsOf = ({ requests }: GithubApi): readonly string[] => requests.map(({ method, path }) => `${method} ${path}`)

const writesOf = (service: GithubApi): readonly string[] =>
  callsOf(service).filter((call) => !call.startsWith('GET') && !call.endsWith('/graphql'))

const ISSUE = '/repos/acme/factory/issues/7/comments'

describe('a comment', () => {
  test('is created, left as it is, and updated', async () => {
    const github = await start()
    const comments = commentsOn(github)
    github.write(ACCOUNTS.octocat, 'Please review.')
    expect(await comments.keep(MARKER, 'first ü')).toEqual({ status: 'created' })
    expect(await comments.keep(MARKER, 'first ü')).toEqual({ status: 'unchanged' })
    expect(await comments.keep(MARKER, 'second')).toEqual({ status: 'updated' })
    expect(bodiesOf(github)).toEqual(['Please review.', `${OPENING}\nsecond`])
    expect(writesOf(github)).toHaveLength(2)
  })

  test('is one for each marker', async () => {
    const github = await start()
    const comments = commentsOn(github)
    await comments.keep('plan', 'one')
    expect(await comments.keep('plan two', 'two')).toEqual({ status: 'created' })
    expect(await comments.keep('plan', 'three')).toEqual({ status: 'updated' })
    expect(bodiesOf(github)).toEqual([`${OPENING}\nthree`, `${renderMarker('plan two')}\ntwo`])
  })

  test('is found on a later page, and no page after that is read', async () => {
    const github = await start()
    for (let count = 0; count < 120; count++) github.write(ACCOUNTS.octocat, `remark ${count}`)
    const ours = github.write(ACCOUNTS.workflow, `${OPENING}\nold`)
    for (let count = 0; count < 100; count++) github.write(ACCOUNTS.octocat, `answer ${count}`)
    expect(await commentsOn(github).keep(MARKER, 'new')).toEqual({ status: 'updated' })
    expect(github.comments.find(({ id }) => id === ours.id)?.body).toBe(`${OPENING}\nnew`)
    expect(callsOf(github)).toEqual([
      `GET ${ISSUE}`,
      'GET /repositories/1296269/issues/7/comments',
      'POST /graphql',
      `PATCH /repos/acme/factory/issues/comments/${ours.id}`,
    ])
  })

  test('of someone else is left alone, even with our marker', async () => {
    const github = await start()
    const others = [ACCOUNTS.octocat, ACCOUNTS.otherApp].map((author) => github.write(author, `${OPENING}\nforged`))
    expect(await commentsOn(github).keep(MARKER, 'ours')).toEqual({ status: 'created' })
    expect(github.comments.slice(0, 2)).toEqual(others)
    expect(await commentsOn(github).keep(MARKER, 'ours again')).toEqual({ status: 'updated' })
    expect(github.comments[2]).toMatchObject({ author: ACCOUNTS.workflow, body: `${OPENING}\nours again` })
    expect(await commentsOn(github, { token: TOKENS.octocat }).keep(MARKER, 'mine')).toEqual({ status: 'updated' })
    expect(github.comments[0]).toMatchObject({ author: ACCOUNTS.octocat, body: `${OPENING}\nmine` })
  })

  test('that quotes the marker further down is none of ours', async () => {
    const github = await start()
    github.write(ACCOUNTS.workflow, `> ${OPENING}\n> quoted`)
    expect(await commentsOn(github).keep(MARKER, 'ours')).toEqual({ status: 'created' })
  })

  test('is the same when GitHub has changed line ends and blanks at its end', async () => {
    const github = await start()
    github.write(ACCOUNTS.workflow, `${OPENING}\r\none\r\ntwo`)
    expect(await commentsOn(github).keep(MARKER, 'one\ntwo\n')).toEqual({ status: 'unchanged' })
  })

  test('is cut when it is too long, and then stays unchanged', async () => {
    const github = await start()
    const body = Array.from({ length: 20_000 }, (_, line) => `line ${line} 🚢`).join('\n')
    expect(await commentsOn(github).keep(MARKER, body)).toEqual({ status: 'created' })
    expect(bodiesOf(github)[0]?.length).toBeLessThanOrEqual(COMMENT_LIMIT)
    expect(await commentsOn(github).keep(MARKER, body)).toEqual({ status: 'unchanged' })
  })

  test('is written as Strata, with the token', async () => {
    const github = await start()
    await commentsOn(github).keep(MARKER, 'body')
    for (const { headers } of github.requests) {
      expect(headers).toMatchObject({ authorization: 'token ghs_workflow' })
      expect(headers['user-agent']).toMatch(/^strata\/1\.2\.3 /)
    }
  })
})

describe('comments are unavailable', () => {
  const hint = 'give the job `pull-requests: write`'

  test.each([
    { where: 'outside a pull request', changes: { pullRequest: undefined }, reason: 'not for a pull request' },
    { where: 'without a repository', changes: { repository: undefined }, reason: 'not for a pull request' },
    { where: 'without a token', changes: { token: '' }, reason: 'github-token' },
  ])('$where, and nobody is asked', async ({ changes, reason }) => {
    const github = await start()
    const kept = await commentsOn(github, changes).keep(MARKER, 'body')
    expect(kept).toEqual({ status: 'unavailable', reason: expect.stringContaining(reason) })
    expect(github.requests).toEqual([])
  })

  test.each([
    { who: 'a token that only reads, as a fork’s', changes: { token: TOKENS.readOnly }, reason: `403: ${DENIED}` },
    { who: 'a token that does not see the repository', changes: { repository: 'acme/secret' }, reason: '404: Not F' },
  ])('to $who, and the reason names the permission', async ({ changes, reason }) => {
    const github = await start()
    const kept = await commentsOn(github, changes).keep(MARKER, 'body')
    expect(kept).toEqual({ status: 'unavailable', reason: expect.stringContaining(reason) })
    expect(kept).toEqual({ status: 'unavailable', reason: expect.stringContaining(hint) })
    expect(github.comments).toEqual([])
  })

  test('to a token that may not update', async () => {
    const github = await start()
    await commentsOn(github).keep(MARKER, 'old')
    const kept = await commentsOn(github, { token: TOKENS.readOnly }).keep(MARKER, 'new')
    expect(kept).toMatchObject({ status: 'unavailable' })
    expect(bodiesOf(github)).toEqual([`${OPENING}\nold`])
  })
})

describe('a failure', () => {
  const at = (epoch: number): string => String(Math.floor(epoch / 1000))
  const exceeded = (reset: number): Fault =>
    refuse(403, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(reset) })
  const secondary = 'You have exceeded a secondary rate limit'

  test.each([
    { what: 'a server error', fault: refuse(502, 'Server Error'), waits: 250 },
    { what: 'too many requests', fault: refuse(429, 'Too many requests', { 'retry-after': '7' }), waits: 7_000 },
    { what: 'a secondary rate limit', fault: refuse(403, secondary, { 'retry-after': '30' }), waits: 30_000 },
    { what: 'a secondary rate limit without a time', fault: refuse(403, secondary), waits: 60_000 },
    { what: 'the rate limit, soon over', fault: exceeded(START + 40_000), waits: 40_000 },
  ])('that is temporary is sat out: $what', async ({ fault, waits }) => {
    for (const method of ['GET', 'PATCH']) {
      const pacing = sleepingPacing(START)
      const github = await start(first(1, fault, matching(/comments/, method)))
      github.write(ACCOUNTS.workflow, `${OPENING}\nold`)
      expect(await commentsOn(github, { pacing }).keep(MARKER, 'new')).toEqual({ status: 'updated' })
      expect(bodiesOf(github)).toEqual([`${OPENING}\nnew`])
      expect(pacing.slept).toEqual([waits])
    }
  })

  test.each([
    { what: 'no answer', fault: cut },
    { what: 'half of an answer', fault: truncate },
  ])('that leaves open what GitHub did leads to one comment, not two: $what', async ({ fault }) => {
    for (const method of ['GET', 'POST', 'PATCH']) {
      const github = await start(first(1, fault, matching(/comments/, method)))
      const { keep } = commentsOn(github)
      expect((await keep(MARKER, 'old')).status).toMatch(/created|unchanged/)
      expect((await keep(MARKER, 'new')).status).toMatch(/updated|unchanged/)
      expect(bodiesOf(github)).toEqual([`${OPENING}\nnew`])
    }
  })

  test.each([
    { what: 'a server that stays down', fault: each(refuse(503, 'Unavailable')), reason: /Unavailable/, attempts: 4 },
    { what: 'a rate limit for long', fault: each(exceeded(START + 900_000)), reason: /rate limit/, attempts: 1 },
    { what: 'a body that GitHub refuses', fault: each(refuse(422, 'Validation Failed')), reason: /^422/, attempts: 1 },
    {
      what: 'an answer that is none',
      fault: each(truncate),
      reason: /incomplete/,
      attempts: 4,
    },
  ])('that lasts is told: $what', async ({ fault, reason, attempts }) => {
    const github = await start(fault)
    const kept = await commentsOn(github).keep(MARKER, 'body')
    expect(kept).toEqual({ status: 'failed', reason: expect.stringMatching(reason) })
    expect(callsOf(github)).toHaveLength(attempts)
    expect(github.comments).toEqual([])
  })

  test('to be let in is told', async () => {
    const kept = await commentsOn(await start(), { token: 'ghs_expired' }).keep(MARKER, 'body')
    expect(kept).toEqual({ status: 'failed', reason: expect.stringContaining('401: Bad credentials') })
  })

  test('to reach anybody is told', async () => {
    const github = await start()
    await github.close()
    const kept = await commentsOn(github).keep(MARKER, 'body')
    expect(kept).toEqual({ status: 'failed', reason: expect.stringContaining('ECONNREFUSED') })
  })

  test('to learn who we are leaves everything as it is', async () => {
    const github = await start(each(refuse(403, DENIED), matching(/graphql/)))
    github.write(ACCOUNTS.workflow, `${OPENING}\nold`)
    expect(await commentsOn(github).keep(MARKER, 'new')).toMatchObject({ status: 'unavailable' })
    expect(bodiesOf(github)).toEqual([`${OPENING}\nold`])
  })
})
