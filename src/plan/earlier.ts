import { workItemName, type WorkItem } from '../factory/work-item.ts'
import { chainOf, type LayerTree } from '../layers/tree.ts'
import type { KnownEpochs } from './epochs.ts'
import type { KnownProbes } from './probes.ts'
import type { Failure } from '../records/failures.ts'
import type { CompatibilityRecord } from '../records/record.ts'

/** The newest record of each work item, by its name. */
export type EarlierRecords = ReadonlyMap<string, CompatibilityRecord>

/** What records say of earlier builds: the newest success of each work item, what keeps failing by key, epochs, and probes. */
export type EarlierBuilds = {
  readonly records: EarlierRecords
  readonly failures: ReadonlyMap<string, Failure>
  readonly epochs: KnownEpochs
  /** Only of use where probes were looked for. */
  readonly probes: KnownProbes
}

/** Where there is no record. */
export const NO_EARLIER: EarlierBuilds = {
  records: new Map(),
  failures: new Map(),
  epochs: new Map(),
  probes: new Map(),
}

/**
 * For each prefix the refs that its layer had in the records of the same work items, in whatever repository they were. A
 * change to the last step of a layer then does not run the steps before it again.
 */
export const earlierRefs = (
  items: readonly WorkItem[],
  { prefixes, tops }: LayerTree,
  records: EarlierRecords,
): ((prefix: number) => readonly string[]) => {
  if (records.size === 0) return () => []
  const found = prefixes.map(() => new Set<string>())
  for (const [index, item] of items.entries()) {
    const { layers = [] } = records.get(workItemName(item)) ?? {}
    for (const prefix of chainOf(prefixes, tops[index])) {
      const name = prefixes[prefix]?.layer.layer
      const ref = layers.find(({ layer }) => layer === name)?.ref
      if (ref !== undefined) found[prefix]?.add(ref)
    }
  }
  return (prefix) => [...(found[prefix] ?? [])]
}
