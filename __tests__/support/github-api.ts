import type { Fault } from './registry/faults.ts'
import { json, type RecordedRequest, type Reply, type ServerRequest } from './registry/exchange.ts'
import { startServer } from './registry/server.ts'

/** Someone who writes comments. */
export type Account = { readonly login: string; readonly id: number; readonly type: 'Bot' | 'User' }

/** A comment of the pull request, as GitHub keeps it. */
export type StoredComment = { readonly id: number; readonly author: Account; readonly body: string }

/** A request and what it was answered. */
export type Exchange = { readonly request: ServerRequest; readonly reply: Reply }

/** GitHub's API for the comments of one pull request, in memory, on loopback, that can be made to misbehave. */
export type GithubApi = AsyncDisposable & {
  /** Value for `GITHUB_API_URL`. */
  readonly url: string
  /** In the order they were written. */
  readonly comments: readonly StoredComment[]
  readonly requests: readonly RecordedRequest[]
  readonly exchanges: readonly Exchange[]
  /** Writes a comment past the API. */
  readonly write: (author: Account, body: string) => StoredComment
  readonly close: () => Promise<void>
}

/** The one pull request there is. */
export const PULL_REQUEST = { repository: 'acme/factory', number: 7 } as const

const account = (login: string, id: number): Account => ({ login, id, type: login.endsWith('[bot]') ? 'Bot' : 'User' })

/** Those who take part. The first is who every workflow's own token is. */
export const ACCOUNTS = {
  workflow: account('github-actions[bot]', 41_898_282),
  otherApp: account('renovate[bot]', 29_139_614),
  octocat: account('octocat', 583_231),
} as const

/** Tokens that are known: of a job that may write, of one that may not, and of a person. */
export const TOKENS = { workflow: 'ghs_workflow', readOnly: 'ghs_fork', octocat: 'ghp_octocat' } as const

const OWNERS: Readonly<Record<string, Account | undefined>> = {
  [TOKENS.workflow]: ACCOUNTS.workflow,
  [TOKENS.readOnly]: ACCOUNTS.workflow,
  [TOKENS.octocat]: ACCOUNTS.octocat,
}

const DOCS = 'https://docs.github.com/rest/issues/comments'
const WHEN = '2026-11-22T15:39:57Z'
const MAX_BODY = 65_536
const REPOSITORY_ID = 1_296_269

const refusal = (status: number, message: string, headers: Reply['headers'] = {}): Reply =>
  json(status, { message, documentation_url: DOCS, status: String(status) }, headers)

/** Answers with a status and GitHub's message for it, without doing what was asked. */
export const refuse =
  (status: number, message: string, headers: Reply['headers'] = {}): Fault =>
  () =>
    refusal(status, message, headers)

const renderAccount = ({ login, id, type }: Account): object => {
  const url = `https://api.github.com/users/${encodeURIComponent(login)}`
  return {
    login,
    id,
    node_id: `node-${id}`,
    avatar_url: `https://avatars.githubusercontent.com/in/${id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${login.replace(/^(.*)\[bot\]$/, 'apps/$1')}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

const renderStored = ({ id, author, body }: StoredComment): object => {
  const { repository, number } = PULL_REQUEST
  const api = `https://api.github.com/repos/${repository}`
  return {
    url: `${api}/issues/comments/${id}`,
    html_url: `https://github.com/${repository}/pull/${number}#issuecomment-${id}`,
    issue_url: `${api}/issues/${number}`,
    id,
    node_id: `IC_${id}`,
    user: renderAccount(author),
    created_at: WHEN,
    updated_at: WHEN,
    author_association: author.type === 'Bot' ? 'NONE' : 'CONTRIBUTOR',
    body,
    performed_via_github_app: null,
  }
}

type State = { comments: StoredComment[] }

const append = (state: State, author: Account, body: string): StoredComment => {
  const comment = { id: 3_000_000_000 + state.comments.length, author, body }
  state.comments.push(comment)
  return comment
}

/** GitHub names the repository by its number in the links between pages. */
const list = ({ comments }: State, { query, headers }: ServerRequest): Reply => {
  const size = Math.min(100, Number(query.get('per_page') ?? 30))
  const page = Number(query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(comments.length / size))
  const base = `http://${headers['host'] ?? ''}/repositories/${REPOSITORY_ID}/issues/${PULL_REQUEST.number}/comments`
  const link = (to: number, rel: string): string => `<${base}?per_page=${size}&page=${to}>; rel="${rel}"`
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
  ]
  const shown = comments.slice((page - 1) * size, page * size).map(renderStored)
  return json(200, shown, links.length === 0 ? {} : { link: links.join(', ') })
}

/** What is wrong with a body that is to be stored, as GitHub says it. */
const bodyProblem = (body: unknown): Reply | undefined => {
  const invalid = (message: string): Reply =>
    json(422, {
      message: 'Validation Failed',
      errors: [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message }],
      documentation_url: DOCS,
      status: '422',
    })
  if (typeof body !== 'string' || body.trim() === '') return invalid('Body cannot be blank')
  return body.length > MAX_BODY ? invalid(`Body is too long (maximum is ${MAX_BODY} characters)`) : undefined
}

const bodyOf = ({ body }: ServerRequest): string => (JSON.parse(body.toString()) as { readonly body: string }).body

const create = (state: State, author: Account, request: ServerRequest): Reply => {
  const comment = renderStored(append(state, author, bodyOf(request)))
  return json(201, comment)
}

/** Whoever may write may edit the comments of others, too. */
const update = (state: State, id: number, request: ServerRequest): Reply => {
  const found = state.comments.find((comment) => comment.id === id)
  if (found === undefined) return refusal(404, 'Not Found')
  const changed = { ...found, body: bodyOf(request) }
  state.comments = state.comments.map((comment) => (comment === found ? changed : comment))
  return json(200, renderStored(changed))
}

const ISSUE = /^\/(?:repos\/acme\/factory|repositories\/1296269)\/issues\/7\/comments$/
const COMMENT = /^\/repos\/acme\/factory\/issues\/comments\/(\d+)$/

const answer = (state: State, request: ServerRequest): Reply => {
  const { method, path, headers } = request
  const token = headers['authorization']?.replace(/^token /, '') ?? ''
  const owner = OWNERS[token]
  if (owner === undefined) return refusal(401, 'Bad credentials')
  // The token of an app may not GET /user, but may ask who it is.
  if (path === '/graphql') return json(200, { data: { viewer: { login: owner.login } } })
  if (path === '/user' && owner.type === 'Bot') return refusal(403, 'Resource not accessible by integration')
  const [, id] = COMMENT.exec(path) ?? []
  if (!ISSUE.test(path) && id === undefined) return refusal(404, 'Not Found')
  if (method === 'GET') return list(state, request)
  if (token === TOKENS.readOnly) return refusal(403, 'Resource not accessible by integration')
  const problem = bodyProblem(bodyOf(request))
  if (problem !== undefined) return problem
  return id === undefined ? create(state, owner, request) : update(state, Number(id), request)
}

/** Starts the API. `await using github = await startGithubApi()` closes it at the end of the scope. */
export const startGithubApi = async (fault?: Fault): Promise<GithubApi> => {
  const state: State = { comments: [] }
  const exchanges: Exchange[] = []
  const server = await startServer((request) => {
    const next = (): Reply => answer(state, request)
    const reply = fault === undefined ? next() : fault(request, next)
    exchanges.push({ request, reply })
    return reply
  })
  return {
    url: `http://${server.host}`,
    get comments() {
      return state.comments
    },
    requests: server.requests,
    exchanges,
    write: (author, body) => append(state, author, body),
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  }
}
