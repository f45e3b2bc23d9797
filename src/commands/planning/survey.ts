import { expandFactory } from '../../factory/expand.ts'
import type { Factory } from '../../factory/factory.ts'
import type { Expansion, WorkItem } from '../../factory/work-item.ts'
import type { Fragment } from '../../fragment/fragment.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { prefixTags } from '../../layers/cache-refs.ts'
import { decideCacheAccess } from '../../plan/access.ts'
import { planCache, type PlannedCache } from '../../plan/cache.ts'
import { locationOf, refsOf } from '../../plan/cache-location.ts'
import { earlierRefs, type EarlierRecords } from '../../plan/earlier.ts'
import { imagesOf, type ImageNeed, type PinnedImage } from '../../plan/images.ts'
import { createLayerNow } from '../../plan/reasons/layer-now.ts'
import type { LayerNow } from '../../plan/reasons/layer-reason.ts'
import type { Plan } from '../../plan/plan.ts'
import { firstItems, planPrefixes } from '../../plan/plan-prefixes.ts'
import { prefixReasons } from '../../plan/reasons/prefix-reasons.ts'
import { cacheStates } from '../../plan/prefixes.ts'
import type { KeyedWork } from '../../plan/restrict.ts'
import { addRecordTimes, addStepTimes, type StepTimes } from '../../plan/step-times.ts'
import { collectProblems, inputError } from '../../problem.ts'
import type { MissReason } from '../../records/reason.ts'
import { remember } from '../../remember.ts'
import { createImageFinder, type ImageFinder } from '../../render/dockerfile.ts'
import { renderCacheLines } from '../../report/cache-lines.ts'
import type { PlanInputs } from '../inputs.ts'
import { fetchEarlierRecords } from './earlier-records.ts'
import { planScope, type PlanSubject } from './kept-plan.ts'
import { growWork, warnOfModes, type GrownWork, type LayerSources } from './layer-facts.ts'
import { lookUpRefs } from './look-up-refs.ts'
import { withReachable } from './mirrors.ts'
import { resolveImages } from './resolve-images.ts'
import { readFactory, readFragments } from './sources.ts'

/** Finds the images of work items that were made by a factory. */
export const imageFinderOf = (fragments: ReadonlyMap<string, Fragment>, items: readonly WorkItem[]): ImageFinder =>
  createImageFinder(fragments, [...new Set(items.flatMap(({ layers }) => layers.map(({ layer }) => layer)))])

/** What the work items need of registries. */
const neededImages = (
  items: readonly WorkItem[],
  fragments: ReadonlyMap<string, Fragment>,
  finder: ImageFinder,
): readonly ImageNeed[] => {
  const named = collectProblems(items, (item) => ({ item, images: finder.ofItem(item) }))
  return imagesOf(named, fragments)
}

/** Work items whose fragments can copy from these contexts, too. They are the job's own, so a plan never has them. */
export const withContexts = (
  items: readonly WorkItem[],
  given: Readonly<Record<string, string>>,
): readonly WorkItem[] => {
  if (Object.keys(given).length === 0) return items
  const made = new Map<WorkItem['layers'][number], WorkItem['layers'][number]>()
  return items.map((item) => {
    const layers = item.layers.map((layer) => {
      if (layer.fragment === undefined) return layer
      return remember(made, layer, () => ({ ...layer, contexts: { ...layer.contexts, ...given } }))
    })
    return { ...item, layers }
  })
}

const readTimes = async (files: readonly string[], io: Io): Promise<StepTimes> => {
  let times: StepTimes = new Map()
  for (const file of await io.files.find(files)) times = addStepTimes(times, (await io.files.read(file)) ?? '', file)
  if (files.length > 0 && times.size === 0) {
    throw inputError(`costs: no step was measured in ${files.join(', ')}`, {
      expected: 'results files of earlier builds in which steps ran',
    })
  }
  return times
}

/** What was read, and what came of it. */
type Prepared = GrownWork & {
  readonly items: readonly WorkItem[]
  readonly fragments: ReadonlyMap<string, Fragment>
  readonly images: readonly PinnedImage[]
}

const readWork = async (
  { context, cache }: Pick<LayerSources, 'context' | 'cache'>,
  given: readonly WorkItem[],
  inputs: PlanInputs,
  io: Io,
): Promise<Prepared> => {
  const items = withContexts(given, inputs.buildContexts)
  const fragments = await readFragments(items, io)
  const finder = imageFinderOf(fragments, items)
  const images = await resolveImages(neededImages(items, fragments, finder), io)
  return { items, fragments, images, ...growWork({ items, fragments, finder, images, context, cache }, io) }
}

/** What is known before anything is built: tags of the prefixes, what the cache holds of them, what earlier builds did. */
type Known = {
  /** Empty where refs are not named by content. */
  readonly tags: readonly string[]
  readonly states: ReturnType<typeof cacheStates>
  readonly records: EarlierRecords
}

/** Asks the registry for everything that helps: nothing is known of the cache where refs are not named by content. */
const askRegistry = async (
  cache: PlannedCache,
  { items, tree }: Pick<Prepared, 'items' | 'tree'>,
  context: Context,
  io: Io,
): Promise<Known> => {
  const records = await fetchEarlierRecords(items, cache, context, io)
  if (cache.strategy !== 'layer') return { tags: [], states: [], records }
  const tags = prefixTags(tree.prefixes)
  const first = firstItems(tree).map((index) => items[index])
  const refs = tags.map((tag, index) => {
    const item = first[index]
    return item === undefined ? [] : refsOf(locationOf(cache, item), tag)
  })
  const earlier = earlierRefs(items, tree, records)
  const named = tree.prefixes.flatMap((_, index) => earlier(index))
  const exists = await lookUpRefs(refs.flat(), named, cache.access, io)
  return { tags, states: cacheStates(tree, refs, { exists, earlier }), records }
}

/** Why prefixes that must run do, as far as the records tell. */
const findReasons = (
  { items, tree, files, fragments, images }: Prepared,
  { tags, states, records }: Known,
  context: string,
): readonly (MissReason | undefined)[] => {
  const layerNow = createLayerNow({ files, context, fragments })
  const layers = (index: number): LayerNow[] => {
    const prefix = tree.prefixes[index]
    return prefix === undefined ? [] : [layerNow(prefix, tags[index])]
  }
  const digests = new Map(images.map(({ reference, digest }) => [reference, digest]))
  return prefixReasons({ items, tree, states, layers, images: digests }, records)
}

const expand = (factory: Factory, inputs: PlanInputs): Expansion =>
  expandFactory(factory, {
    ...(inputs.only.length === 0 ? {} : { only: inputs.only }),
    base: inputs.base,
    ...(inputs.platforms.length === 0 ? {} : { platforms: inputs.platforms }),
    ...(inputs.registry === undefined ? {} : { registry: inputs.registry }),
  })

/** Everything that could be planned, before anything is left out. */
export type Survey = {
  readonly factory: Factory
  readonly expansion: Expansion
  readonly subject: PlanSubject
  readonly images: readonly PinnedImage[]
  readonly files: Plan['files']
  readonly records: EarlierRecords
  readonly all: KeyedWork
}

/** Reads all work there is, and finds out what of it is cached. The tree itself is not needed any more then. */
export const surveyWork = async (inputs: PlanInputs, context: Context, io: Io): Promise<Survey> => {
  const factory = await readFactory(inputs.factory, io)
  const expansion = expand(factory, inputs)
  const untrusted = factory.cache.untrustedRef !== undefined
  const access = decideCacheAccess(context.event, { untrusted })
  const cache = await withReachable(planCache(factory, expansion.items, inputs, access), io)
  for (const line of renderCacheLines(cache, factory.pools, inputs.cacheRef)) io.actions.info(line)
  const prepared = await readWork({ context: factory.context, cache }, expansion.items, inputs, io)
  const { images, files, imageKeys } = prepared
  warnOfModes(io)
  const subject = { cache, name: factory.name, only: planScope(inputs) }
  const known = await askRegistry(cache, prepared, context, io)
  const { records } = known
  const times = addRecordTimes(await readTimes(inputs.costs, io), records.values())
  const reasons = findReasons(prepared, known, factory.context)
  const all = { ...planPrefixes({ ...prepared, ...known, times, reasons }), items: expansion.items, imageKeys }
  return { factory, expansion, subject, images, files, records, all }
}
