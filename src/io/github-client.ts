import type { getOctokit } from '@actions/github'
import { IncompleteAnswer } from './github-failure.ts'

/** The toolkit's client of GitHub's API. */
export type Octokit = ReturnType<typeof getOctokit>

/** Where GitHub's API is, and as whom it is asked. */
export type GithubClientOptions = {
  readonly token: string
  /** `GITHUB_API_URL`; GitHub's own when absent. */
  readonly apiUrl?: string | undefined
  /** Strata's version, for `User-Agent`. */
  readonly version: string
  /** How long one request may take, ms. */
  readonly requestTimeout: number
}

/** The toolkit's client, a part of the bundle that is loaded when it is needed. It knows of the runner's proxy. */
export const connectGithub = async (options: GithubClientOptions): Promise<Octokit> => {
  const { token, apiUrl, version, requestTimeout } = options
  const { getOctokit } = await import('@actions/github')
  const baseUrl = apiUrl === undefined || apiUrl === '' ? {} : { baseUrl: apiUrl }
  const octokit = getOctokit(token, { userAgent: `strata/${version}`, ...baseUrl })
  octokit.hook.before('request', (asked) => {
    asked.request = { ...asked.request, signal: AbortSignal.timeout(requestTimeout) }
  })
  octokit.hook.after('request', ({ data, status }) => {
    if (typeof data === 'string' && status !== NO_CONTENT) throw new IncompleteAnswer()
  })
  return octokit
}

const NO_CONTENT = 204

/**
 * The login of a token's owner: `github-actions[bot]` for the job's own. Asked by GraphQL, since the token of an app may
 * not `GET /user`.
 */
export const readLogin = async (octokit: Octokit): Promise<string> => {
  const { viewer } = await octokit.graphql<{ readonly viewer: { readonly login: string } }>('{ viewer { login } }')
  return viewer.login
}
