import type { Fault } from './registry/faults.ts'
import { json, type Reply, type ServerRequest } from './registry/exchange.ts'

/* What all fakes of GitHub's API have in common: who asks, pages, refusals. */

/** Someone who has a login. */
export type Account = { readonly login: string; readonly id: number; readonly type: 'Bot' | 'User' | 'Organization' }

/** A request and what it was answered. */
export type Exchange = { readonly request: ServerRequest; readonly reply: Reply }

const account = (login: string, id: number, type: Account['type']): Account => ({ login, id, type })

/** Those who take part. The first is who every workflow's own token is. */
export const ACCOUNTS = {
  workflow: account('github-actions[bot]', 41_898_282, 'Bot'),
  otherApp: account('renovate[bot]', 29_139_614, 'Bot'),
  octocat: account('octocat', 583_231, 'User'),
  acme: account('acme', 9_919, 'Organization'),
} as const

/**
 * Tokens that are known: of a job that may write, of one that may not, of one whose repository has no role in the
 * package, and of a person.
 */
export const TOKENS = {
  workflow: 'ghs_workflow',
  readOnly: 'ghs_fork',
  unlinked: 'ghs_unlinked',
  octocat: 'ghp_octocat',
} as const

const OWNERS: Readonly<Record<string, Account | undefined>> = {
  [TOKENS.workflow]: ACCOUNTS.workflow,
  [TOKENS.readOnly]: ACCOUNTS.workflow,
  [TOKENS.unlinked]: ACCOUNTS.workflow,
  [TOKENS.octocat]: ACCOUNTS.octocat,
}

/** A refusal with GitHub's message for it. */
export const refusal = (status: number, message: string, headers: Reply['headers'] = {}): Reply =>
  json(status, { message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, headers)

/** Answers with a status and GitHub's message for it, without doing what was asked. */
export const refuse =
  (status: number, message: string, headers: Reply['headers'] = {}): Fault =>
  () =>
    refusal(status, message, headers)

/** Who asks; or the answer, where that is all there is to it. */
type Asker =
  | { readonly token: string; readonly account: Account; readonly answer?: undefined }
  | { readonly token: string; readonly account?: undefined; readonly answer: Reply }

/** Finds out who asks, and tells who wants to know. */
export const readAccount = ({ headers, path }: ServerRequest): Asker => {
  const token = headers['authorization']?.replace(/^token /, '') ?? ''
  const found = OWNERS[token]
  if (found === undefined) return { token, answer: refusal(401, 'Bad credentials') }
  // The token of an app may not GET /user, but may ask who it is.
  if (path === '/graphql') return { token, answer: json(200, { data: { viewer: { login: found.login } } }) }
  const closed = path === '/user' || path.startsWith('/user/')
  if (closed && found.type === 'Bot') return { token, answer: refusal(403, 'Resource not accessible by integration') }
  return { token, account: found }
}

/** The items of the page that was asked for, and the header that links it with the others. */
export const pageOf = <T>(
  items: readonly T[],
  base: string,
  query: URLSearchParams,
): { readonly shown: readonly T[]; readonly link: Readonly<Record<string, string>> } => {
  const size = Math.min(100, Number(query.get('per_page') ?? 30))
  const page = Number(query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (to: number, rel: string): string => `<${base}?per_page=${size}&page=${to}>; rel="${rel}"`
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
  ]
  const shown = items.slice((page - 1) * size, page * size)
  return { shown, link: links.length === 0 ? {} : { link: links.join(', ') } }
}

/** An account as a part of other things, `simple-user` of the description. */
export const renderAccount = ({ login, id, type }: Account): object => {
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

/** An account as it is when it is asked for, `public-user` of the description. */
export const renderPublicAccount = (found: Account): object => ({
  ...renderAccount(found),
  user_view_type: 'public',
  ...Object.fromEntries(['name', 'company', 'blog', 'location', 'email', 'hireable', 'bio'].map((key) => [key, null])),
  public_repos: 8,
  public_gists: 8,
  followers: 100,
  following: 9,
  created_at: '2011-01-25T18:44:36Z',
  updated_at: '2026-11-22T11:25:08Z',
})
