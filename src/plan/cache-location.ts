import type { WorkItem } from '../factory/work-item.ts'
import type { Platform } from '../oci/platform.ts'
import type { PlannedCache } from './cache.ts'
import { poolOf } from './leg.ts'

/** Where the cache of a work item is. The layer tree and what is warm in it are of one location each. */
export type CacheLocation = {
  readonly platform: Platform
  /**
   * Repositories, or one ref with its tag: the first is the item's own, the only one that decides what is warm. All are
   * read, in this order. Empty when there is nothing that keeps a cache.
   */
  readonly repositories: readonly string[]
  /** Repositories that get what the first one gets; absent without any. */
  readonly mirrors?: readonly string[]
}

/** What a location follows from. */
type Located = Pick<WorkItem, 'platform' | 'pool'>

/** What of a cache says where it is. */
export type CacheHomes = Pick<PlannedCache, 'ref' | 'pools'> &
  Partial<Pick<PlannedCache, 'untrusted' | 'mirrors' | 'access'>>

/** Of the trusted cache: that of the item's pool, else of the whole factory, and mirrors. */
const trustedOf = ({ ref, pools, mirrors = [] }: CacheHomes, item: Located): readonly string[] => {
  const own = pools[poolOf(item)] ?? (ref === undefined ? [] : [ref])
  return [...new Set([...own, ...mirrors.filter(({ read }) => read).map((mirror) => mirror.ref)])]
}

/**
 * The cache location of a work item. A run of the untrusted domain writes the untrusted repository and reads the trusted
 * ones behind it; no other run has the untrusted one in its list.
 */
export const locationOf = (cache: CacheHomes, item: Located): CacheLocation => {
  const { platform } = item
  const trusted = trustedOf(cache, item)
  if (cache.access?.domain === 'untrusted') {
    return { platform, repositories: [...(cache.untrusted === undefined ? [] : [cache.untrusted]), ...trusted] }
  }
  const mirrors = (cache.mirrors ?? []).filter(({ write }) => write).map(({ ref }) => ref)
  return { platform, repositories: trusted, ...(mirrors.length === 0 ? {} : { mirrors }) }
}

/** The repository that work items write; those of one home and one platform share their prefixes. */
export const homeOf = ({ repositories }: CacheLocation): string => repositories[0] ?? ''

/** Refs with this tag, in the order in which they are read; the first is the one that is written. */
export const refsOf = ({ repositories }: CacheLocation, tag: string): readonly string[] =>
  repositories.map((repository) => `${repository}:${tag}`)

/** Refs with this tag in mirrors that are written. */
export const mirrorRefsOf = ({ mirrors = [] }: CacheLocation, tag: string): readonly string[] =>
  mirrors.map((repository) => `${repository}:${tag}`)

/** Repositories beside whose refs records are kept, in the order in which they are read; the first is written. */
export const recordHomes = ({ ref, untrusted, access }: Pick<PlannedCache, 'ref' | 'untrusted' | 'access'>) =>
  [access.domain === 'untrusted' ? untrusted : undefined, ref].filter((home) => home !== undefined)
