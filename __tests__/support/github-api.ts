import { type Account, type Exchange, pageOf, readAccount, refusal, renderAccount, TOKENS } from './github-answers.ts'
import type { Fault } from './registry/faults.ts'
import { json, type RecordedRequest, type Reply, type ServerRequest } from './registry/exchange.ts'
import { startServer } from './registry/server.ts'

/** A comment of the pull request, as GitHub keeps it. */
export type StoredComment = { readonly id: number; readonly author: Account; readonly body: string }

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

const DOCS = 'https://docs.github.com/rest/issues/comments'
const WHEN = '2026-11-22T15:39:57Z'
const MAX_BODY = 65_536
const REPOSITORY_ID = 1_296_269

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
  const base = `http://${headers['host'] ?? ''}/repositories/${REPOSITORY_ID}/issues/${PULL_REQUEST.number}/comments`
  const { shown, link } = pageOf(comments, base, query)
  return json(200, shown.map(renderStored), link)
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
  const { method, path } = request
  const { token, account: owner, answer: answered } = readAccount(request)
  if (answered !== undefined) return answered
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
