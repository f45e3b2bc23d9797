import { ACTIONS_CACHE_PREFIXES, parseActionsCacheKey } from '../../layers/actions-cache-key.ts'
import { reasonOf } from '../failure-reason.ts'
import { type Page, parseLastPage, readAllPages } from '../github-pages.ts'
import { deletesPerMinute } from '../github-points.ts'
import { GithubError } from '../github-retry.ts'
import type { GithubSession } from '../github-session.ts'
import { deletionOf, explainGithubError, type Remedies } from './github-deletion.ts'
import type { Holding } from '../../retention/holding.ts'
import type { Deletion, Store } from './store.ts'

/** The Actions cache of a repository, through the REST API. */
export type ActionsCacheStoreOptions = {
  readonly session: GithubSession
  /** `owner/name` */
  readonly repository: string
  /** Only entries that this Git ref wrote: `refs/heads/main`. Those of all refs when absent. */
  readonly ref?: string
}

/** The cache itself allows 400 deletes a minute (docs, "Actions limits"), the API fewer. */
const PACE = { concurrency: 4, perMinute: deletesPerMinute(0) }

const PER_PAGE = 100

const REMEDIES: Remedies = {
  token: 'give the input github-token a token that is still good, such as `${{ github.token }}`',
  permission: 'give the job `actions: write`; runs for pull requests from forks have a token that only reads',
}

type Target = { readonly owner: string; readonly repo: string; readonly ref?: string }

type Entry = {
  readonly id?: number
  readonly key?: string
  readonly ref?: string
  readonly created_at?: string
  readonly last_accessed_at?: string
  readonly size_in_bytes?: number
}

/** GitHub's description promises no field of an entry, so one that lacks its id or key is broken. */
const objectOf = (entry: Entry): Holding => {
  const { id, key, ref, created_at: pushedAt, last_accessed_at: usedAt, size_in_bytes: bytes } = entry
  if (id === undefined || key === undefined) throw new Error('GitHub sent a cache entry without id or key')
  return {
    id: String(id),
    tags: [key],
    ...(pushedAt === undefined ? {} : { pushedAt }),
    ...(usedAt === undefined ? {} : { usedAt }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(ref === undefined ? {} : { scope: ref }),
  }
}

/** Newest first: an order that does not change when an entry is used. */
const readPage = async ({ ask }: GithubSession, target: Target, key: string, page: number): Promise<Page<Holding>> =>
  ask(async (octokit) => {
    const order = { sort: 'created_at', direction: 'desc', per_page: PER_PAGE, page } as const
    const { data, headers } = await octokit.rest.actions.getActionsCacheList({ ...target, key, ...order })
    return { items: data.actions_caches.map(objectOf), last: parseLastPage(headers.link, page) }
  })

const isOurs = ({ tags: [key = ''] }: Holding): boolean => parseActionsCacheKey(key) !== undefined

const listEntries = async (session: GithubSession, target: Target): Promise<readonly Holding[]> => {
  const lists = ACTIONS_CACHE_PREFIXES.map((prefix) =>
    readAllPages(
      (page) => readPage(session, target, prefix, page),
      ({ id }) => id,
    ),
  )
  return (await Promise.all(lists)).flat().filter(isOurs)
}

/** An entry never changes: its number stands for what was listed. A lost answer's repetition finds nothing any more. */
const deleteEntry = async ({ ask }: GithubSession, { owner, repo }: Target, id: string): Promise<Deletion> => {
  let sent = 0
  try {
    await ask((octokit) => {
      sent++
      return octokit.rest.actions.deleteActionsCacheById({ owner, repo, cache_id: Number(id) })
    })
    return { status: 'deleted' }
  } catch (error) {
    if (!(error instanceof GithubError)) return { status: 'failed', reason: reasonOf(error) }
    const { failure } = error
    if (failure.kind === 'denied' && failure.status === 404) return { status: sent > 1 ? 'deleted' : 'gone' }
    return deletionOf(error, REMEDIES)
  }
}

/**
 * The store of a repository's Actions cache: BuildKit's entries and our own, never those of others. Its entries are
 * opaque: which blobs an index needs cannot be read.
 */
export const createActionsCacheStore = ({ session, repository, ref }: ActionsCacheStoreOptions): Store => {
  const name = `Actions cache of ${repository}`
  const [owner = '', repo = ''] = repository.split('/')
  const target = { owner, repo, ...(ref === undefined ? {} : { ref }) }
  return {
    backend: 'actions-cache',
    name,
    pace: PACE,
    list: async () => {
      try {
        return await listEntries(session, target)
      } catch (error) {
        if (!(error instanceof GithubError)) throw error
        throw new Error(`${name}: ${explainGithubError(error, REMEDIES)}`, { cause: error })
      }
    },
    find: () => Promise.resolve([]),
    inspect: () => Promise.resolve({ status: 'opaque' }),
    referrers: () => Promise.resolve([]),
    delete: ({ id }) => deleteEntry(session, target, id),
  }
}
