import { reasonOf } from './failure-reason.ts'

/** What came of fetching a file. `missing`: nothing is kept under such a key. `unavailable`: nothing offers a cache here. */
export type CacheRestore = { readonly status: 'restored'; readonly key: string } | CacheMiss

/** What came of keeping a file; where the toolkit has told the reason in the log, it is not known here. */
export type CacheSave = { readonly status: 'saved' } | Exclude<CacheMiss, { readonly status: 'missing' }>

type CacheMiss =
  | { readonly status: 'missing' }
  | { readonly status: 'unavailable' }
  | { readonly status: 'failed'; readonly reason: string }

/**
 * The Actions cache, for one file at a time. It keeps a branch's entries from other branches by itself. A key is never
 * written twice; the path is part of an entry's identity. Nothing here throws: a run has to get along without it.
 */
export type ActionsCache = {
  /** Brings back the newest file whose key begins with one of these, the first of them that has one. */
  readonly restore: (file: string, prefixes: readonly string[]) => Promise<CacheRestore>
  readonly save: (file: string, key: string) => Promise<CacheSave>
}

/** Whether the runner names a cache service, the present one or that of GitHub Enterprise Server. */
const offersCache = (env: NodeJS.ProcessEnv): boolean => {
  const given = (name: string): boolean => (env[name] ?? '') !== ''
  return given('ACTIONS_RUNTIME_TOKEN') && (given('ACTIONS_RESULTS_URL') || given('ACTIONS_CACHE_URL'))
}

/** The toolkit's client. It brings Azure's SDK along, so it is a part of the bundle that is loaded when it is needed. */
const loadClient = () => import('@actions/cache')

const restoreFile: ActionsCache['restore'] = async (file, prefixes) => {
  try {
    const client = await loadClient()
    if (!client.isFeatureAvailable()) return { status: 'unavailable' }
    // The first key must be there as it is, and none is.
    const key = await client.restoreCache([file], prefixes[0] ?? '', [...prefixes])
    return key === undefined ? { status: 'missing' } : { status: 'restored', key }
  } catch (error) {
    return { status: 'failed', reason: reasonOf(error) }
  }
}

const saveFile: ActionsCache['save'] = async (file, key) => {
  try {
    const client = await loadClient()
    if (!client.isFeatureAvailable()) return { status: 'unavailable' }
    const id = await client.saveCache([file], key)
    return id < 0 ? { status: 'failed', reason: 'the cache service did not take it' } : { status: 'saved' }
  } catch (error) {
    return { status: 'failed', reason: reasonOf(error) }
  }
}

/** The cache service that the runner's variables name, as far as they name one. */
export const createActionsCache = (env: NodeJS.ProcessEnv): ActionsCache =>
  offersCache(env)
    ? { restore: restoreFile, save: saveFile }
    : {
        restore: () => Promise.resolve({ status: 'unavailable' }),
        save: () => Promise.resolve({ status: 'unavailable' }),
      }
