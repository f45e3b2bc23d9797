import { renderComment, renderMarker } from '../report/comment.ts'
import { connectGithub, type Octokit, readLogin } from './github-client.ts'
import { githubErrorOf, withGithubRetries } from './github-retry.ts'
import { type Pacing, REAL_PACING } from './registry/retry.ts'

/** What came of keeping a comment. `unavailable`: this run cannot comment, and nobody should wonder. */
export type KeptComment =
  | { readonly status: 'created' | 'updated' | 'unchanged' }
  | { readonly status: 'unavailable' | 'failed'; readonly reason: string }

/** Comments on the pull request of this run. Nothing here throws: a run has to get along without them. */
export type Comments = {
  /**
   * Keeps one comment per marker up to date: the first that we wrote with this marker gets the body, a Markdown text, or
   * a new one is written. Comments of others are left alone, whatever they look like. A body that is too long is cut.
   */
  readonly keep: (marker: string, body: string) => Promise<KeptComment>
}

/** Where comments go, and as whom. What is absent makes them unavailable. */
export type CommentOptions = {
  readonly token?: string | undefined
  /** `GITHUB_API_URL`; GitHub's own when absent. */
  readonly apiUrl?: string | undefined
  /** `owner/name` */
  readonly repository?: string | undefined
  /** The pull request's number. */
  readonly pullRequest?: number | undefined
  /** Strata's version, for `User-Agent`. */
  readonly version: string
  readonly pacing?: Pacing
}

/** A comment is nice to have, so nobody waits long for it. Times in ms; the deadline leaves room for one rate limit. */
const PATIENCE = { attempts: 4, requestTimeout: 20_000, deadline: 90_000 }

const PERMISSION =
  'give the job `pull-requests: write`; runs for pull requests from forks or by Dependabot have a token that only reads'

/** A pull request, as the paths of the API name it: every pull request is an issue too. */
type Target = { readonly owner: string; readonly repo: string; readonly issue_number: number }

type Comment = { readonly id: number; readonly body?: string | undefined }

/** The first comment with our marker that we wrote ourselves. Anyone can write the marker, so it alone proves nothing. */
const findOurs = async (octokit: Octokit, target: Target, opening: string): Promise<Comment | undefined> => {
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, { ...target, per_page: 100 })
  let login: string | undefined
  for await (const { data } of pages) {
    const marked = data.filter(({ body }) => body?.startsWith(opening) === true)
    if (marked.length === 0) continue
    login ??= await readLogin(octokit)
    const ours = marked.find(({ user }) => user?.login === login)
    if (ours !== undefined) return ours
  }
  return undefined
}

/** What is left of a text when GitHub stores it: someone who edits it in a browser sends other line ends. */
const normalise = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd()

const keepOnce = async (octokit: Octokit, target: Target, marker: string, text: string): Promise<KeptComment> => {
  const body = renderComment(marker, text)
  const ours = await findOurs(octokit, target, renderMarker(marker))
  if (ours === undefined) {
    await octokit.rest.issues.createComment({ ...target, body })
    return { status: 'created' }
  }
  if (normalise(ours.body ?? '') === normalise(body)) return { status: 'unchanged' }
  const { owner, repo } = target
  await octokit.rest.issues.updateComment({ owner, repo, comment_id: ours.id, body })
  return { status: 'updated' }
}

/**
 * Each attempt looks for the comment again, so that one whose answer got lost is found and not written twice.
 */
const withPatience = async (pacing: Pacing, attempt: () => Promise<KeptComment>): Promise<KeptComment> => {
  try {
    return await withGithubRetries(pacing, PATIENCE, attempt)
  } catch (thrown) {
    const { failure } = githubErrorOf(thrown, pacing.now())
    const { kind, reason } = failure
    return kind === 'denied'
      ? { status: 'unavailable', reason: `${reason}; ${PERMISSION}` }
      : { status: 'failed', reason }
  }
}

/** Why there is nothing to comment on, or nobody who may. */
const unavailable = (reason: string): Comments => ({ keep: () => Promise.resolve({ status: 'unavailable', reason }) })

/** Comments on the pull request that the options name, as the owner of the token. */
export const createComments = (options: CommentOptions): Comments => {
  const { token = '', repository = '', pullRequest, pacing = REAL_PACING } = options
  const [owner = '', repo = ''] = repository.split('/')
  if (pullRequest === undefined || repo === '') return unavailable('this run is not for a pull request')
  if (token === '') return unavailable('there is no token; set the input github-token')
  const target = { owner, repo, issue_number: pullRequest }
  const { apiUrl, version } = options
  const connect = (): Promise<Octokit> =>
    connectGithub({ token, apiUrl, version, requestTimeout: PATIENCE.requestTimeout })
  return {
    keep: (marker, body) => withPatience(pacing, async () => keepOnce(await connect(), target, marker, body)),
  }
}
