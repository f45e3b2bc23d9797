import type { CompatibilityRecord } from '../../records/record.ts'
import { renderPercent } from '../quantity.ts'
import type { RunReport } from '../run-report.ts'
import type { ItemKeys, PricedPrefix } from './prefixes.ts'
import { sumOf } from './order.ts'

/**
 * What sharing and caching saved: every work item with all its steps, each as long as it takes, less the step time that
 * was taken. An estimate, with what it rests on.
 */
export const foldSaved = (
  items: readonly CompatibilityRecord[],
  prefixes: ReadonlyMap<string, PricedPrefix>,
  { keysOf, execMs }: { readonly keysOf: ItemKeys; readonly execMs: number },
): Pick<RunReport, 'positions' | 'savedMs' | 'savedBasis'> => {
  const chains = items.flatMap(keysOf).flatMap((key) => prefixes.get(key) ?? [])
  const naiveMs = sumOf(chains, ({ costMs }) => costMs)
  const measuredMs = sumOf(chains, ({ costMs, measured }) => costMs * measured)
  const share = naiveMs === 0 ? 1 : measuredMs / naiveMs
  const rest = share < 1 ? ', the rest is guessed from the kinds of steps' : ''
  return {
    positions: sumOf(items, ({ layers }) => sumOf(layers, ({ steps }) => steps.length)),
    savedMs: Math.max(0, Math.round(naiveMs - execMs)),
    savedBasis: `each work item by itself and without a cache; ${renderPercent(share)} of the step times were measured${rest}`,
  }
}
