import { createHash } from 'node:crypto'
import type { Layer } from '../factory/factory.ts'
import { matchesPattern } from '../factory/selector.ts'
import type { WorkItem, WorkLayer } from '../factory/work-item.ts'
import type { Platform } from '../oci/platform.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { remember } from '../remember.ts'

/** What names an epoch: a layer's variant on a platform. */
const nameOf = (layer: string, variant: string, platform: Platform): string => `${layer} ${variant} ${platform}`

/** The newest epochs that layers were built in, by layer, variant and platform. */
export type KnownEpochs = ReadonlyMap<string, string>

/** The epochs of what was built. A later one takes the place of an earlier one. */
export const foldEpochs = (records: Iterable<CompatibilityRecord>): KnownEpochs => {
  const epochs = new Map<string, string>()
  for (const { verdict, platform, layers } of records) {
    if (verdict !== 'built') continue
    for (const { layer, variant, epoch } of layers) {
      const name = nameOf(layer, variant, platform)
      if (epoch !== undefined && epoch > (epochs.get(name) ?? '')) epochs.set(name, epoch)
    }
  }
  return epochs
}

/** A share of a period, 0 to 1, that is another one for each name and always the same. */
const shareOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32

/** An epoch that begins at a time, ms: ISO 8601 in full seconds, UTC. Text order is the order of time. */
export const epochAt = (ms: number): string =>
  new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')

/**
 * When the period began that a moment is in. Periods follow each other without end, and those of different names begin at
 * different times of them, so that not everything is built again in the same hour.
 */
export const periodStart = (now: Date, every: number, name: string): string => {
  const offset = shareOf(name) * every
  return epochAt(Math.floor((now.getTime() - offset) / every) * every + offset)
}

/** When the period ends that began then. */
export const periodEnd = (start: string, every: number): string => epochAt(Date.parse(start) + every)

/** What epochs follow from. */
export type EpochSources = {
  readonly now: Date
  /** Name of the factory: two factories with the same layers need not roll over together. */
  readonly factory: string
  readonly layers: readonly Pick<Layer, 'name' | 'maxAge' | 'probe'>[]
  readonly known: KnownEpochs
  /** Globs over `layer` and `layer/variant` that begin a new epoch now. */
  readonly refresh: readonly string[]
  /** Whether this run may begin a period. Those that write no cache take what others built, while there is something. */
  readonly mayBegin: boolean
}

/** Whether a layer is meant by a pattern. */
export const isLayer = (pattern: string, { layer, variant }: Pick<WorkLayer, 'layer' | 'variant'>): boolean =>
  matchesPattern(pattern, layer) || matchesPattern(pattern, `${layer}/${variant}`)

/** Since when what a layer fetches counts as fresh; undefined for one that has no age and was never refreshed. */
const epochOf = (layer: WorkLayer, platform: Platform, sources: EpochSources): string | undefined => {
  const { now, factory, layers, known, refresh, mayBegin } = sources
  if (refresh.some((pattern) => isLayer(pattern, layer))) return epochAt(now.getTime())
  const before = known.get(nameOf(layer.layer, layer.variant, platform))
  const { maxAge: every, probe } = layers.find(({ name }) => name === layer.layer) ?? {}
  // Time alone changes nothing where a probe is asked: records tell when its answer changed last.
  if (every === undefined || probe !== undefined || (before !== undefined && !mayBegin)) return before
  const start = periodStart(now, every, `${factory} ${layer.layer} ${layer.variant}`)
  return before !== undefined && before > start ? before : start
}

/**
 * Work items with the epochs of their layers. An epoch is the time since when what a layer fetches counts as fresh: the
 * beginning of its period, or that of a refresh after it; with a probe the last time that its answer changed. Layers
 * without a fragment fetch nothing.
 */
export const withEpochs = (items: readonly WorkItem[], sources: EpochSources): readonly WorkItem[] => {
  const made = new Map<Platform, Map<WorkLayer, WorkLayer>>()
  return items.map((item) => {
    const ofPlatform = remember(made, item.platform, () => new Map<WorkLayer, WorkLayer>())
    const layers = item.layers.map((layer) =>
      remember(ofPlatform, layer, () => {
        const epoch = layer.fragment === undefined ? undefined : epochOf(layer, item.platform, sources)
        return epoch === undefined ? layer : { ...layer, epoch }
      }),
    )
    return layers.every((layer, index) => layer === item.layers[index]) ? item : { ...item, layers }
  })
}
