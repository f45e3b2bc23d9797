import type { WorkItem, WorkLayer } from '../factory/work-item.ts'

/** A work item whose layers are indices into a list of layers: most layers are the same in many. */
export type PlannedItem = Omit<WorkItem, 'layers'> & { readonly layers: readonly number[] }

/** Work items with each of their layers said once. */
export type PlannedItems = {
  /** Layers of all work items, each once. */
  readonly layers: readonly WorkLayer[]
  /** Work items with indices into `layers`. */
  readonly items: readonly PlannedItem[]
}

/** The layers of work items, each once, and how an item is said with them. Work items are encoded one at a time. */
export type ItemEncoder = {
  readonly layers: readonly WorkLayer[]
  readonly encode: (item: WorkItem) => PlannedItem
}

/** Finds the layers in the order of first use. Layers are the same when they are the same object. */
export const createItemEncoder = (items: readonly WorkItem[]): ItemEncoder => {
  const positions = new Map<WorkLayer, number>()
  for (const { layers } of items)
    for (const layer of layers) if (!positions.has(layer)) positions.set(layer, positions.size)
  return {
    layers: [...positions.keys()],
    encode: (item) => ({ ...item, layers: item.layers.map((layer) => positions.get(layer) ?? -1) }),
  }
}

/** Puts the layers back into their work items; those of two items are the same object again. */
export const decodeItems = ({ layers, items }: PlannedItems): readonly WorkItem[] =>
  items.map((item) => ({ ...item, layers: item.layers.flatMap((index) => layers[index] ?? []) }))
