import { workItemName, type WorkItem, type WorkLayer } from '../factory/work-item.ts'
import type { KeyInput } from '../layers/key-input.ts'
import { chainOf } from '../layers/tree.ts'
import type { CompatibilityRecord, RecordLayer } from '../records/record.ts'
import type { ComparedPlan } from './causes.ts'
import type { EarlierRecords } from './earlier.ts'
import type { PlannedPrefix, PrefixContent } from './prefixes.ts'

/** A layer as a record has it. What records leave out, and what only matters for another variant, is as it is now. */
const layerOf = ({ layer, variant, fragment }: RecordLayer, now: WorkLayer | undefined): WorkLayer => ({
  ...{ layer, variant, args: {}, contexts: now?.contexts ?? {} },
  ...(now?.from === undefined ? {} : { from: now.from }),
  ...(fragment === undefined ? {} : { fragment: fragment.file }),
  place: now?.place ?? { file: fragment?.file ?? '', line: 1, column: 1 },
})

/** Inputs that hold for a prefix besides its own layer: those of a record name them with the layer's own. */
const isBelow = ({ kind, name }: KeyInput, now: PlannedPrefix | undefined): boolean =>
  ['below', 'platform', 'syntax', 'option'].includes(kind) ||
  now?.below.some((input) => input.kind === kind && input.name === name) === true

/** The work item of a record, where the plan has it now. */
type Counterpart = {
  readonly record: CompatibilityRecord
  readonly item: WorkItem
  readonly chain: readonly PlannedPrefix[]
}

/** Puts the prefixes of a record behind those there are; returns the index of the highest one. */
const addPrefixes = (
  { record, chain }: Counterpart,
  item: number,
  prefixes: PlannedPrefix[],
  contents: PrefixContent[],
): number | null => {
  let parent: number | undefined
  for (const { layer, variant, key, inputs, steps } of record.layers) {
    if (key === undefined) continue
    const now = chain.find((prefix) => prefix.layer === layer)
    const below = inputs.filter((input) => isBelow(input, now))
    const own = inputs.filter((input) => !below.includes(input))
    contents.push({ steps: steps.length, inputs: own, auxiliary: false, unpinned: [] })
    prefixes.push({
      ...(parent === undefined ? {} : { parent }),
      ...{ platform: record.platform, layer, variant, item, key, content: contents.length - 1, below },
      ...{ state: 'unknown', imports: [], costMs: 0, measured: 0 },
    })
    parent = prefixes.length - 1
  }
  return parent ?? null
}

/**
 * The newest records of a plan's work items as a plan to compare with, where no plan was kept: their keys and what decides
 * them. Work items without a record are not in it. Files are not listed, as records of several runs may know several.
 */
export const recordedBase = (now: ComparedPlan, records: EarlierRecords): ComparedPlan | undefined => {
  const found = now.items.flatMap((item, index): readonly Counterpart[] => {
    const record = records.get(workItemName(item))
    const chain = chainOf(now.prefixes, now.tops[index]).flatMap((each) => now.prefixes[each] ?? [])
    return record?.imageKey === undefined ? [] : [{ record, item, chain }]
  })
  if (found.length === 0) return undefined
  const [prefixes, contents]: [PlannedPrefix[], PrefixContent[]] = [[], []]
  const tops = found.map((each, index) => addPrefixes(each, index, prefixes, contents))
  const items = found.map(({ record, item }): WorkItem => {
    const layerNow = (name: string) => item.layers.find(({ layer }) => layer === name)
    return { ...item, layers: record.layers.map((layer) => layerOf(layer, layerNow(layer.layer))) }
  })
  const imageKeys = found.map(({ record }) => record.imageKey ?? '')
  return { items, tops, prefixes, contents, imageKeys, files: {}, context: now.context }
}
