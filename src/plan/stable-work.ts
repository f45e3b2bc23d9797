import type { Layer } from '../factory/factory.ts'
import { workItemName, type WorkItem, type WorkLayer } from '../factory/work-item.ts'
import { newestFirst } from '../records/newest.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import type { EarlierRecords } from './earlier.ts'
import { poolOf } from './leg.ts'

/**
 * What of a factory's work can be prewarmed: every stack of stable layers once for each platform and pool, cut off where
 * the stable layers end. It goes by the first manifest that has it, and has no image.
 */
export type StableWork = {
  readonly items: readonly WorkItem[]
  /** For each of them the whole work items that begin with it. */
  readonly sources: readonly (readonly WorkItem[])[]
}

/** Numbers layers by identity: those of two work items that are the same object are the same layer. */
const createNumbers = () => {
  const numbers = new Map<WorkLayer, number>()
  return (layer: WorkLayer): number => {
    const number = numbers.get(layer) ?? numbers.size
    numbers.set(layer, number)
    return number
  }
}

/** Cuts work items down to their stable layers, which are a run from the bottom. Those without any are left out. */
export const stableWork = (
  items: readonly WorkItem[],
  layers: readonly Pick<Layer, 'name' | 'stable'>[],
): StableWork => {
  const stable = new Set(layers.filter((layer) => layer.stable).map(({ name }) => name))
  const numberOf = createNumbers()
  const cut = (item: WorkItem): readonly WorkLayer[] => item.layers.filter(({ layer }) => stable.has(layer))
  const stacks = Map.groupBy(
    items.filter((item) => cut(item).length > 0),
    (item) => [item.platform, poolOf(item), JSON.stringify(item.bake), ...cut(item).map(numberOf)].join(' '),
  )
  const sources = [...stacks.values()]
  return {
    items: sources.flatMap(([first]) => (first === undefined ? [] : [{ ...first, layers: cut(first), tags: [] }])),
    sources,
  }
}

/** The newest record among those of the work items that a stack stands for, cut down to the same layers. */
const stackRecord = (
  item: WorkItem,
  sources: readonly WorkItem[],
  records: EarlierRecords,
): CompatibilityRecord | undefined => {
  const known = sources.flatMap((source) => records.get(workItemName(source)) ?? [])
  const [newest] = newestFirst(known)
  const names = new Set(item.layers.map(({ layer }) => layer))
  return newest && { ...newest, layers: newest.layers.filter(({ layer }) => names.has(layer)) }
}

/** What records of whole work items say of their stable layers, by the names of the cut ones. */
export const stableRecords = ({ items, sources }: StableWork, records: EarlierRecords): EarlierRecords =>
  new Map(
    items.flatMap((item, index) => {
      const record = stackRecord(item, sources[index] ?? [], records)
      return record === undefined ? [] : [[workItemName(item), record] as const]
    }),
  )
