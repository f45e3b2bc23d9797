import { workItemName, type WorkItem } from '../../factory/work-item.ts'
import { chainOf, type LayerTree } from '../../layers/tree.ts'
import type { MissReason } from '../../records/reason.ts'
import { chainReasons } from './chain-reasons.ts'
import type { EarlierRecords } from '../earlier.ts'
import type { ImageDigests, LayerNow } from './layer-reason.ts'
import { mustRun, type PlannedPrefix } from '../prefixes.ts'

/** What reasons are found in. Lists are in the order of the tree's prefixes; of those without a state nothing is known. */
export type ReasonSources = {
  readonly items: readonly WorkItem[]
  readonly tree: LayerTree
  readonly states: readonly Pick<PlannedPrefix, 'state'>[]
  /** The prefix of that index. */
  readonly layers: (prefix: number) => readonly LayerNow[]
  readonly images: ImageDigests
}

/**
 * For each prefix that must run, why, as far as a record of a work item that has it tells: of several the first. Undefined
 * where there is no record of any of them, and for those that need not run.
 */
export const prefixReasons = (
  { items, tree, states, layers, images }: ReasonSources,
  records: EarlierRecords,
): readonly (MissReason | undefined)[] => {
  const reasons = tree.prefixes.map((): MissReason | undefined => undefined)
  for (const [item, top] of tree.tops.entries()) {
    const name = items[item]
    const record = name === undefined ? undefined : records.get(workItemName(name))
    if (record === undefined) continue
    const indices = chainOf(tree.prefixes, top)
    const isOpen = (index: number): boolean => {
      const state = states[index]
      return (state === undefined || mustRun(state)) && reasons[index] === undefined
    }
    if (!indices.some(isOpen)) continue
    const found = chainReasons(record, { chain: indices.flatMap(layers), images })
    for (const [position, index] of indices.entries()) if (isOpen(index)) reasons[index] = found[position]
  }
  return reasons
}
