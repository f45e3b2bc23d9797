import type { WorkItem } from '../factory/work-item.ts'
import type { Platform } from '../oci/platform.ts'
import type { PlannedCache } from './cache.ts'
import { poolOf } from './leg.ts'

/** Where the cache of a work item is. The layer tree and what is warm in it are of one location each. */
export type CacheLocation = {
  readonly platform: Platform
  /**
   * Repositories, or one ref with its tag: the first is the item's own, the only one it writes. All are read, in this
   * order. Empty when there is no registry to keep a cache.
   */
  readonly repositories: readonly string[]
}

/** What a location follows from. */
type Located = Pick<WorkItem, 'platform' | 'pool'>

/** The cache location of a work item: that of its pool, else of the whole factory. */
export const locationOf = ({ ref, pools }: Pick<PlannedCache, 'ref' | 'pools'>, item: Located): CacheLocation => ({
  platform: item.platform,
  repositories: pools[poolOf(item)] ?? (ref === undefined ? [] : [ref]),
})

/** The repository that work items write; those of one home and one platform share their prefixes. */
export const homeOf = ({ repositories }: CacheLocation): string => repositories[0] ?? ''

/** Refs with this tag, in the order in which they are read; the first is the one that is written. */
export const refsOf = ({ repositories }: CacheLocation, tag: string): readonly string[] =>
  repositories.map((repository) => `${repository}:${tag}`)
