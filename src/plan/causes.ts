import type { JsonObject } from '../factory/factory.ts'
import type { WorkItem } from '../factory/work-item.ts'
import { imageOptions } from '../layers/build-options.ts'
import { imageKeyParts, type ImageKey, type ImageKeyParts } from '../layers/image-key.ts'
import { chainOf } from '../layers/tree.ts'
import { remember } from '../remember.ts'
import { describeLayer, type LayerChange, type LayerState } from './layer-changes.ts'
import type { Plan } from './plan.ts'

/** What is compared of a plan. */
export type ComparedPlan = Pick<Plan, 'items' | 'tops' | 'prefixes' | 'contents' | 'files' | 'context' | 'imageKeys'>

/** What makes a work item another one, at one place. */
export type Cause = {
  /** What it is, as people call it: `core/py312-cuda`, or `build options` for what is no layer. */
  readonly label: string
  /** The layer whose own content changed, and its variant; absent for what holds for work items as a whole. */
  readonly layer?: string
  readonly variant?: string
  /** Whether it is in instructions of the layer's fragment, which could stand in the fragment of another layer. */
  readonly movable: boolean
  /** In words, a sentence each. Names and paths, never a value. */
  readonly reasons: readonly string[]
}

/** A work item in its plan. */
export type PlacedItem = { readonly plan: ComparedPlan; readonly index: number; readonly item: WorkItem }

const whole = (label: string, ...reasons: readonly string[]): Cause => ({ label, movable: false, reasons })

/** The cause of work items that there is nothing to compare with. */
export const NEW_ITEM: Cause = whole('new work items', 'new work item')

/** The cause of all work items when there is no plan to compare with. */
export const NO_BASE: Cause = whole('everything', 'there is no plan to compare with')

/** The cause when all that can be said is that keys differ. */
const UNNAMED: Cause = whole('keys', 'something that plans do not list changed, such as the release of Strata')

const causeOf = (
  { layer, variant }: { readonly layer: string; readonly variant: string },
  change: LayerChange,
): Cause => ({
  label: `${layer}/${variant}`,
  ...{ layer, variant },
  ...change,
})

const keyOf = ({ plan, index }: PlacedItem): ImageKey => plan.imageKeys[index] ?? ''

/** The repository without where it is, since a pull request may push to a registry of its own. */
const repositoryName = ({ image }: WorkItem): string => image.slice(image.lastIndexOf('/') + 1)

const sameTags = (before: WorkItem, now: WorkItem): boolean =>
  before.tags.length === now.tags.length && before.tags.every((tag) => now.tags.includes(tag))

/** Whether a work item makes another image than it did, or calls it something else. */
export const isChanged = (before: PlacedItem, now: PlacedItem): boolean =>
  keyOf(before) !== keyOf(now) ||
  !sameTags(before.item, now.item) ||
  repositoryName(before.item) !== repositoryName(now.item)

const variantOf = ({ layers }: WorkItem, name: string): string | undefined =>
  layers.find(({ layer }) => layer === name)?.variant

/** Layers that the work item did not have, has no more, or has as another variant. */
const stackCauses = (before: WorkItem, now: WorkItem): readonly Cause[] => {
  const names = [...new Set([...now.layers, ...before.layers].map(({ layer }) => layer))]
  return names.flatMap((layer) => {
    const [old, current] = [variantOf(before, layer), variantOf(now, layer)]
    if (old === current) return []
    const reasons = [`work item's layers changed: ${layer} ${old ?? 'none'} -> ${current ?? 'none'}`]
    return [causeOf({ layer, variant: current ?? old ?? '' }, { movable: false, reasons })]
  })
}

const optionNames = (before: JsonObject, now: JsonObject): readonly string[] => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
}

const optionCauses = (before: WorkItem, now: WorkItem): readonly Cause[] => {
  const names = optionNames(imageOptions(before.bake), imageOptions(now.bake))
  if (names.length === 0) return [whole('build options', '# syntax of the fragments changed')]
  return [whole('build options', ...names.map((name) => `option ${name} changed`))]
}

const nameCauses = (before: WorkItem, now: WorkItem): readonly Cause[] => {
  const reasons = [
    ...(repositoryName(before) === repositoryName(now) ? [] : ['name of the image changed']),
    ...(sameTags(before, now) ? [] : ['tags of the image changed']),
  ]
  return reasons.length === 0 ? [] : [whole('names and tags', ...reasons)]
}

const baseReasons = (before: WorkItem, now: WorkItem): readonly string[] => {
  const [old, from] = [before.layers[0]?.from ?? 'scratch', now.layers[0]?.from ?? 'scratch']
  return [old === from ? `base image ${from} changed` : `base image ${old} -> ${from}`]
}

/** Inputs of the layer's prefix, and the settings that a prefix above takes from it. */
const layerState = ({ plan, index, item }: PlacedItem, name: string): LayerState | undefined => {
  const layer = item.layers.find((each) => each.layer === name)
  if (layer === undefined) return undefined
  const chain = chainOf(plan.prefixes, plan.tops[index]).flatMap((each) => plan.prefixes[each] ?? [])
  const prefix = chain.find((each) => each.layer === name)
  const inputs = plan.contents[prefix?.content ?? -1]?.inputs ?? []
  const left = chain.flatMap(({ below }) => below)
  const after = left.find((input) => input.kind === 'below' && input.name === `${name} ${layer.variant}`)?.digest
  return { layer, inputs, files: plan.files, context: plan.context, ...(after === undefined ? {} : { after }) }
}

/** Describes each pair of states once: most work items share their layers. */
export type DescribeLayer = (before: LayerState, now: LayerState, pair: string) => LayerChange

/** A function that describes layers and remembers what it said. Good for one pair of plans. */
export const rememberLayers = (): DescribeLayer => {
  const known = new Map<string, LayerChange>()
  return (before, now, pair) => {
    const layers = [before, now].map(({ layer, after }) => [layer.fragment, layer.contexts, after])
    const key = JSON.stringify([now.layer.layer, now.layer.variant, pair, layers])
    return remember(known, key, () => describeLayer(before, now))
  }
}

/** The digest that each layer of a work item has in its image key. */
const digestsByLayer = ({ layers }: WorkItem, parts: ImageKeyParts): ReadonlyMap<string, string> =>
  new Map(layers.map(({ layer }, index) => [layer, parts.layers[index] ?? '']))

/** Layers that are the same variant in both and have other content: their base for the lowest one, then their own. */
const contentCauses = (before: PlacedItem, now: PlacedItem, describe: DescribeLayer): readonly Cause[] => {
  const [old, current] = [imageKeyParts(keyOf(before)), imageKeyParts(keyOf(now))]
  const [oldDigests, digests] = [digestsByLayer(before.item, old), digestsByLayer(now.item, current)]
  return now.item.layers.flatMap(({ layer, variant }, position) => {
    if (variantOf(before.item, layer) !== variant) return []
    const base = position === 0 && old.base !== current.base ? baseReasons(before.item, now.item) : []
    const [oldState, state] = [layerState(before, layer), layerState(now, layer)]
    const [oldDigest, digest] = [oldDigests.get(layer), digests.get(layer)]
    const same = oldDigest === digest || oldState === undefined || state === undefined
    const own = same ? undefined : describe(oldState, state, `${oldDigest ?? ''} ${digest ?? ''}`)
    if (base.length === 0 && own === undefined) return []
    const reasons = [...base, ...(own?.reasons ?? [])]
    return [causeOf({ layer, variant }, { movable: base.length === 0 && own?.movable === true, reasons })]
  })
}

/** Why a work item that changed did, lowest layer first. Layers that stand on a changed one are no causes themselves. */
export const causesOf = (before: PlacedItem, now: PlacedItem, describe: DescribeLayer): readonly Cause[] => {
  const [old, current] = [imageKeyParts(keyOf(before)), imageKeyParts(keyOf(now))]
  const causes = [
    ...stackCauses(before.item, now.item),
    ...contentCauses(before, now, describe),
    ...(old.options === current.options ? [] : optionCauses(before.item, now.item)),
    ...nameCauses(before.item, now.item),
  ]
  return causes.length === 0 ? [UNNAMED] : causes
}
