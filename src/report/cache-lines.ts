import type { Pool } from '../factory/factory.ts'
import type { PlannedCache } from '../plan/cache.ts'

/** `linux/amd64+cuda` */
const namesOf = (pools: readonly Pool[]): string => pools.map(({ name }) => name).join(', ')

/** Where each pool with a repository of its own has its cache, and who says so; one line each for the log. */
export const renderCacheLines = (
  { ref, pools }: Pick<PlannedCache, 'ref' | 'pools'>,
  all: readonly Pool[],
  cacheRef: string | undefined,
): readonly string[] => {
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
