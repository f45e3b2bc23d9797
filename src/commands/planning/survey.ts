import type { Factory } from '../../factory/factory.ts'
import type { WorkItem } from '../../factory/work-item.ts'
import type { Fragment } from '../../fragment/fragment.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { decideCacheAccess } from '../../plan/access.ts'
import { planCache, type PlannedCache } from '../../plan/cache.ts'
import { isLayer, withEpochs } from '../../plan/epochs.ts'
import type { EarlierBuilds } from '../../plan/earlier.ts'
import { imagesOf, type ImageNeed, type PinnedImage } from '../../plan/images.ts'
import { createLayerNow } from '../../plan/reasons/layer-now.ts'
import type { LayerNow } from '../../plan/reasons/layer-reason.ts'
import type { Plan } from '../../plan/plan.ts'
import { planPrefixes } from '../../plan/plan-prefixes.ts'
import { prefixReasons } from '../../plan/reasons/prefix-reasons.ts'
import type { KeyedWork } from '../../plan/restrict.ts'
import { addRecordTimes, addStepTimes, type StepTimes } from '../../plan/step-times.ts'
import { collectProblems, inputError } from '../../problem.ts'
import type { MissReason } from '../../records/reason.ts'
import { remember } from '../../remember.ts'
import { createImageFinder, type ImageFinder } from '../../render/dockerfile.ts'
import { renderCacheLines } from '../../report/cache-lines.ts'
import type { PlanInputs } from '../inputs.ts'
import { planScope, type PlanSubject } from './kept-plan.ts'
import { askRegistry, type AskEarlier, createAskEarlier, type Known } from './ask-registry.ts'
import { growWork, type GrownWork, type LayerSources } from './layer-facts.ts'
import { withReachable } from './mirrors.ts'
import type { EarlierSubject } from './earlier-records.ts'
import { resolveImages } from './resolve-images.ts'
import { readFactory, readFragments } from './sources.ts'
import { expandSubjects, type Subjects } from './subjects.ts'

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
export type Prepared = GrownWork & {
  readonly items: readonly WorkItem[]
  readonly fragments: ReadonlyMap<string, Fragment>
  readonly images: readonly PinnedImage[]
}

const readWork = async (
  { context, cache }: Pick<LayerSources, 'context' | 'cache'>,
  given: readonly WorkItem[],
  inputs: PlanInputs,
  askEarlier: AskEarlier,
  io: Io,
): Promise<Prepared> => {
  const items = withContexts(given, inputs.buildContexts)
  const fragments = await readFragments(items, io)
  const finder = imageFinderOf(fragments, items)
  const images = await resolveImages(
    neededImages(items, fragments, finder),
    { mirrors: inputs.mirrors, records: async () => (await askEarlier()).records },
    io,
  )
  return { items, fragments, images, ...growWork({ items, fragments, finder, images, context, cache }, io) }
}

/** Why prefixes that must run do, as far as the records tell. */
const findReasons = (
  { items, tree, files, fragments, images }: Prepared,
  { tags, states, earlier: { records } }: Known,
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

/** What the epochs of layers follow from. */
type Age = Pick<PlanInputs, 'refresh'> & {
  readonly factory: Factory
  readonly cache: PlannedCache
  readonly now: Date
  readonly askEarlier: AskEarlier
}

/** Gives the layers their epochs. Earlier builds are asked unless nothing has an age and only stable layers are planned. */
const ageSubjects = async (
  subjects: Subjects,
  { factory, cache, now, refresh, askEarlier }: Age,
  io: Io,
): Promise<Subjects> => {
  const { name, layers } = factory
  const isAsked = subjects.stable === undefined || layers.some(({ maxAge }) => maxAge !== undefined)
  if (!isAsked && refresh.length === 0) return subjects
  const unmatched = refresh.filter(
    (pattern) => !subjects.items.some((item) => item.layers.some((each) => isLayer(pattern, each))),
  )
  for (const pattern of unmatched) {
    io.actions.warning({
      message: `refresh: no layer matches ${JSON.stringify(pattern)}; name a layer, or layer/variant`,
    })
  }
  const { epochs: known } = await askEarlier()
  const sources = { now, factory: name, layers, known, refresh, mayBegin: cache.access.write }
  return { ...subjects, items: withEpochs(subjects.items, sources) }
}

/** What is planned, and what it is made of. */
export type ReadSubjects = {
  readonly factory: Factory
  readonly cache: PlannedCache
  readonly askEarlier: AskEarlier
  readonly expansion: Subjects
  readonly prepared: Prepared
}

/** Which answers of probes this run needs. */
const probesToRead = ({ layers }: Factory, { changes }: PlanInputs): EarlierSubject['probes'] => {
  if (changes.scope === 'probes') return 'all'
  return layers.some(({ probe }) => probe !== undefined) ? 'newest' : 'none'
}

/** Reads the factory file and all that it names, as of the given time. */
export const readSubjects = async (inputs: PlanInputs, now: Date, context: Context, io: Io): Promise<ReadSubjects> => {
  const factory = await readFactory(inputs.factory, io)
  const subjects = expandSubjects(factory, inputs)
  const untrusted = factory.cache.untrustedRef !== undefined
  const access = decideCacheAccess(context.event, { untrusted })
  const cache = await withReachable(planCache(factory, subjects.items, inputs, access), io)
  const probes = probesToRead(factory, inputs)
  const askEarlier = createAskEarlier({ ...subjects, probes }, cache, context, io)
  const expansion = await ageSubjects(subjects, { factory, cache, now, refresh: inputs.refresh, askEarlier }, io)
  const prepared = await readWork({ context: factory.context, cache }, expansion.items, inputs, askEarlier, io)
  return { factory, cache, askEarlier, expansion, prepared }
}

/** Everything that could be planned, before anything is left out. */
export type Survey = {
  readonly factory: Factory
  readonly expansion: Subjects
  readonly subject: PlanSubject
  readonly images: readonly PinnedImage[]
  readonly files: Plan['files']
  readonly earlier: EarlierBuilds
  readonly all: KeyedWork
  readonly fragments: ReadonlyMap<string, Fragment>
}

/** Reads all work there is, and finds out what of it is cached. The tree itself is not needed any more then. */
export const surveyWork = async (inputs: PlanInputs, now: Date, context: Context, io: Io): Promise<Survey> => {
  const { factory, cache, askEarlier, expansion, prepared } = await readSubjects(inputs, now, context, io)
  for (const line of renderCacheLines(cache, factory.pools, inputs.cacheRef)) io.actions.info(line)
  const { images, files, imageKeys, fragments } = prepared
  const subject = { cache, name: factory.name, only: planScope(inputs) }
  const known = await askRegistry(cache, prepared, { stable: expansion.stable !== undefined, askEarlier }, io)
  const { earlier } = known
  const times = addRecordTimes(await readTimes(inputs.costs, io), earlier.records.values())
  const reasons = findReasons(prepared, known, factory.context)
  const all = { ...planPrefixes({ ...prepared, ...known, times, reasons }), items: expansion.items, imageKeys }
  return { factory, expansion, subject, images, files, earlier, all, fragments }
}
