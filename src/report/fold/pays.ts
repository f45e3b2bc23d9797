import type { CompatibilityRecord, RecordWrite } from '../../records/record.ts'
import type { CachePay, ReportPrefix } from '../run-report.ts'
import type { FoldedLeg } from './legs.ts'
import { sumOf } from './order.ts'

/** Stands for the layer where a ref holds several. No layer can be called so. */
export const SEVERAL_LAYERS = 'several layers'

/** Something of a layer that adds to its account. */
type Entry = Partial<Omit<CachePay, 'layer'>> & { readonly layer: string }

/** What came from cache in a leg: how long that took, and how long it would have taken to run it. */
const loadEntries = ({ prefixes }: FoldedLeg, all: ReadonlyMap<string, ReportPrefix>): readonly Entry[] =>
  [...prefixes.values()].map(({ key, layer, steps }) => {
    const hits = steps.filter(({ outcome }) => outcome === 'hit')
    const costMs = all.get(key)?.costMs ?? 0
    return { layer, loadMs: sumOf(hits, ({ loadMs }) => loadMs), savedMs: (costMs * hits.length) / steps.length }
  })

/** One entry for each ref of a leg, however many of its work items name it. */
const byRef = <T extends { readonly ref: string; readonly ms?: number }>(refs: readonly T[]): readonly T[] => {
  const found = new Map<string, T>()
  for (const each of refs) {
    const known = found.get(each.ref)
    if (known === undefined || (each.ms ?? 0) > (known.ms ?? 0)) found.set(each.ref, each)
  }
  return [...found.values()]
}

/** The layers whose refs are named by content, by ref. */
const layersByRef = (records: readonly CompatibilityRecord[]): ReadonlyMap<string, string> =>
  new Map(
    records.flatMap(({ layers }) => layers.flatMap(({ ref, layer }) => (ref === undefined ? [] : [[ref, layer]]))),
  )

const writesOf = ({ records }: FoldedLeg): readonly RecordWrite[] => byRef(records.flatMap(({ cacheTo }) => cacheTo))

const refEntries = (leg: FoldedLeg): readonly Entry[] => {
  const layers = layersByRef(leg.records)
  const layerOf = (ref: string): string => layers.get(ref) ?? SEVERAL_LAYERS
  const reads = byRef(leg.records.flatMap(({ cacheFrom }) => cacheFrom))
  return [
    ...reads.flatMap(({ ref, ms = 0 }) => (ms === 0 ? [] : [{ layer: layerOf(ref), loadMs: ms }])),
    ...writesOf(leg).map(({ ref, layer = layerOf(ref), ms = 0, addedBytes = 0 }) => ({
      ...{ layer, exportMs: ms, addedBytes },
    })),
  ]
}

/** Bytes that a leg added to the cache repository. */
export const addedBytesOf = (leg: FoldedLeg): number => sumOf(writesOf(leg), ({ addedBytes = 0 }) => addedBytes)

/** The account of each layer that has steps or refs, bottom to top. */
export const foldPays = (
  legs: readonly FoldedLeg[],
  all: ReadonlyMap<string, ReportPrefix>,
  layers: readonly string[],
): readonly CachePay[] => {
  const entries = Map.groupBy(
    legs.flatMap((leg) => [...loadEntries(leg, all), ...refEntries(leg)]),
    ({ layer }) => layer,
  )
  return [...layers, SEVERAL_LAYERS].flatMap((layer) => {
    const ofLayer = entries.get(layer)
    if (ofLayer === undefined) return []
    const sum = (name: keyof Omit<CachePay, 'layer'>): number => sumOf(ofLayer, (entry) => entry[name] ?? 0)
    const [loadMs, exportMs, savedMs] = [sum('loadMs'), sum('exportMs'), sum('savedMs')]
    return [{ layer, loadMs, exportMs, savedMs, addedBytes: sum('addedBytes') }]
  })
}
