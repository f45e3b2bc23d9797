import type { WorkItem, WorkLayer } from '../factory/work-item.ts'
import type { LayerContent } from '../layers/layer-content.ts'
import type { LayerTree, Prefix } from '../layers/tree.ts'
import type { MissReason } from '../records/reason.ts'
import { remember } from '../remember.ts'
import { layerCost, type LayerCost } from './costs.ts'
import type { PinnedImage } from './images.ts'
import { isEmulated } from './leg.ts'
import type { PlannedPrefix, PrefixContent } from './prefixes.ts'
import type { StepTimes } from './step-times.ts'
import type { PlannedWork } from './planned-work.ts'

/** What prefixes are planned from. Tags and states are in the order of the tree's prefixes. */
export type PrefixSources = {
  readonly items: readonly WorkItem[]
  readonly tree: LayerTree
  /** Empty where refs are not named by content. */
  readonly tags: readonly string[]
  readonly states: readonly Pick<PlannedPrefix, 'state' | 'imports'>[]
  readonly images: readonly PinnedImage[]
  readonly times: StepTimes
  /** Why those that must run do, as far as it is known. */
  readonly reasons: readonly (MissReason | undefined)[]
}

/** A plan's work, and what it is made of. */
export type PrefixedWork = PlannedWork & { readonly contents: readonly PrefixContent[] }

/** The first work item that has each prefix. All that have it are of one platform and one cache location. */
export const firstItems = ({ prefixes, tops }: LayerTree): readonly number[] => {
  const first = new Array<number>(prefixes.length).fill(-1)
  for (const [item, top] of tops.entries()) {
    for (let index = top; index !== undefined && first[index] === -1; index = prefixes[index]?.parent)
      first[index] = item
  }
  return first
}

/** Compressed filesystem layers and what they unpack to. */
const UNPACKED = 3

/** Disk of the base image that the lowest prefix of a work item stands on, bytes. */
const baseBytes = (item: WorkItem | undefined, images: ReadonlyMap<string, PinnedImage>): number =>
  (images.get(item?.layers[0]?.from ?? '')?.contents[item?.platform ?? '']?.bytes ?? 0) * UNPACKED

/** Numbers each content once. */
const numberContents = ({ prefixes }: LayerTree) => {
  const numbers = new Map<LayerContent, number>()
  for (const { content } of prefixes) if (!numbers.has(content)) numbers.set(content, numbers.size)
  const contents = [...numbers.keys()].map(({ steps, inputs, auxiliary, unpinned }): PrefixContent => {
    return { steps, inputs, auxiliary, unpinned }
  })
  return { numbers, contents }
}

/** Finds the cost of a prefix. Those of one layer on one platform share it, where they are emulated alike. */
const costFinder = (items: readonly WorkItem[], first: readonly number[], times: StepTimes) => {
  const known = new Map<WorkLayer, Map<string, LayerCost>>()
  return ({ layer, content, platform }: Prefix, index: number): LayerCost => {
    const item = items[first[index] ?? -1]
    const emulated = item !== undefined && isEmulated(item)
    const costs = remember(known, layer, () => new Map<string, LayerCost>())
    const place = `${platform} ${emulated ? 'emulated' : 'native'}`
    return remember(costs, place, () => layerCost(layer, content, platform, { times, emulated }))
  }
}

/** The prefixes of a tree with what is known of each: its ref, its state, what it costs. */
export const planPrefixes = ({ items, tree, tags, states, images, times, reasons }: PrefixSources): PrefixedWork => {
  const byReference = new Map(images.map((image) => [image.reference, image]))
  const { numbers, contents } = numberContents(tree)
  const first = firstItems(tree)
  const costs = tree.prefixes.map(costFinder(items, first, times))
  const prefixes = tree.prefixes.map(({ parent, platform, layer, content, below, key }, index): PlannedPrefix => {
    const [tag, reason] = [tags[index], reasons[index]]
    return {
      ...(parent === undefined ? {} : { parent }),
      ...{ platform, layer: layer.layer, variant: layer.variant, item: first[index] ?? -1, key },
      ...(tag === undefined ? {} : { tag }),
      ...{ content: numbers.get(content) ?? -1, below },
      ...(states[index] ?? { state: 'unknown', imports: [] }),
      costMs: Math.round(costs[index]?.ms ?? 0),
      measured: costs[index]?.measured ?? 0,
      ...(reason === undefined ? {} : { reason }),
    }
  })
  const bytes = prefixes.map(({ parent, item }, index) => {
    const base = parent === undefined ? baseBytes(items[item], byReference) : 0
    return base + (costs[index]?.bytes ?? 0)
  })
  const tops = tree.tops.map((top) => top ?? null)
  return { items, tops, prefixes, contents, bytes }
}
