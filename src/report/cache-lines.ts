import type { Pool } from '../factory/factory.ts'
import { backendOf, localHomeOf } from '../layers/cache-place.ts'
import type { PlannedCache } from '../plan/cache.ts'
import { renderCode } from './markdown.ts'

/** What a cache that is part of images cannot do. */
const INLINE =
  'Cache: part of each image; it holds no steps of auxiliary stages, is written by a push alone, and what is warm is not known before'

/** Where the cache is, in words, as Markdown. */
export const renderHome = (ref: string | undefined): string => {
  if (ref === undefined) return 'no cache repository'
  switch (backendOf(ref)) {
    case 'registry':
      return `cache ${renderCode(ref)}`
    case 'local':
      return `cache in the folder ${renderCode(localHomeOf(ref) ?? ref)} of the machine that builds`
    case 'gha':
      return 'cache in the Actions cache'
    case 'inline':
      return 'cache in the images that are pushed'
  }
}

/** `linux/amd64+cuda` */
const namesOf = (pools: readonly Pool[]): string => pools.map(({ name }) => name).join(', ')

/** Where each pool with a repository of its own has its cache, and who says so; one line each for the log. */
export const renderCacheLines = (
  { ref, pools }: Pick<PlannedCache, 'ref' | 'pools'>,
  all: readonly Pool[],
  cacheRef: string | undefined,
): readonly string[] => {
  if (backendOf(ref ?? '') === 'inline') return [INLINE]
  const own = all.filter(({ cache }) => cache !== undefined)
  if (cacheRef !== undefined) {
    if (own.length === 0) return []
    return [
      `Cache: ${ref ?? ''} for all pools, as input cache-ref says; not those of ${namesOf(own)} in the factory file`,
    ]
  }
  return Object.entries(pools).map(([name, [first = '', ...further]]) => {
    const says = own.some((pool) => pool.name === name) ? 'pool' : 'plain pool'
    const also =
      further.length === 0 ? '' : `; ${further.join(' and ')} ${further.length === 1 ? 'is' : 'are'} read as well`
    return `Cache of pool ${name}: ${first}, as the ${says} in the factory file says${also}`
  })
}
