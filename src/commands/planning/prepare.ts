import { expandFactory } from '../../factory/expand.ts'
import type { Factory } from '../../factory/factory.ts'
import type { Expansion, WorkItem } from '../../factory/work-item.ts'
import type { Fragment } from '../../fragment/fragment.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { prefixTags } from '../../layers/cache-refs.ts'
import { decideCacheAccess } from '../../plan/access.ts'
import { ownBranch } from '../../plan/branches.ts'
import { planCache, type PlannedCache } from '../../plan/cache.ts'
import { locationOf, refsOf } from '../../plan/cache-location.ts'
import { earlierRefs, type EarlierRecords } from '../../plan/earlier.ts'
import { imagesOf, type ImageNeed, type PinnedImage } from '../../plan/images.ts'
import { createLayerNow } from '../../plan/layer-now.ts'
import type { LayerNow } from '../../plan/layer-reason.ts'
import { buildersOf, makePlan, type Plan } from '../../plan/plan.ts'
import type { PlanChanges } from '../../plan/plan-changes.ts'
import { firstItems, planPrefixes } from '../../plan/plan-prefixes.ts'
import { publishedKey } from '../../plan/published-key.ts'
import { recordedItems } from '../../plan/recorded.ts'
import { prefixReasons } from '../../plan/prefix-reasons.ts'
import { cacheStates } from '../../plan/prefixes.ts'
import { restrictWork, type KeyedWork } from '../../plan/restrict.ts'
import { addRecordTimes, addStepTimes, type StepTimes } from '../../plan/step-times.ts'
import { shareOut } from '../../plan/work-graph.ts'
import { forecastOf } from '../../plan/forecast.ts'
import { collectProblems, inputError } from '../../problem.ts'
import type { MissReason } from '../../records/reason.ts'
import { remember } from '../../remember.ts'
import { createImageFinder, type ImageFinder } from '../../render/dockerfile.ts'
import { renderCacheLines } from '../../report/cache-lines.ts'
import type { PlanInputs, ScheduleInputs } from '../inputs.ts'
import { findUnchanged } from './find-unchanged.ts'
import { fetchEarlierRecords } from './earlier-records.ts'
import type { PlanSubject } from './kept-plan.ts'
import { growWork, warnOfModes, type GrownWork, type LayerSources } from './layer-facts.ts'
import { lookUpRefs } from './look-up-refs.ts'
import { chooseItems, findChanges } from './plan-changes.ts'
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

/** What a run's plan is about, when later ones look for it. */
export const planScope = ({ only, platforms }: PlanInputs): readonly string[] =>
  only.length + platforms.length === 0 ? [] : [...only, '/', ...platforms]

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
  const asked = fetchEarlierRecords(items, cache, context, io)
  if (cache.strategy !== 'layer') return { tags: [], states: [], records: await asked }
  const tags = prefixTags(tree.prefixes)
  const first = firstItems(tree).map((index) => items[index])
  const refs = tags.map((tag, index) => {
    const item = first[index]
    return item === undefined ? [] : refsOf(locationOf(cache, item), tag)
  })
  const [records, exists] = await Promise.all([asked, lookUpRefs(refs.flat(), cache.access, io)])
  return { tags, states: cacheStates(tree, refs, { exists, earlier: earlierRefs(items, tree, records) }), records }
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

const MINUTE = 60_000
const GIB = 1024 ** 3

/** A leg's start: a runner is found, the job is set up, the repository checked out, BuildKit booted; ms. */
const LEG_START_MS = 30_000

/** Targets of one bake call; each is a solve of its own that BuildKit keeps in memory. */
const MAX_LEG_TARGETS = 200

const scheduleOptions = ({ maxLegs, shards, maxLegMinutes, maxLegGib, ...rest }: ScheduleInputs) => ({
  ...rest,
  maxLegs: maxLegs * shards,
  maxLegMs: maxLegMinutes * MINUTE,
  maxLegBytes: maxLegGib * GIB,
  ...{ maxLegTargets: MAX_LEG_TARGETS, legStartMs: LEG_START_MS },
})

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

/** The plan with the work that it leaves out, and without legs, which would not be those of all work. */
const withAllWork = (plan: Plan, { items, tops, imageKeys, prefixes, contents }: KeyedWork): Plan => ({
  ...plan,
  ...{ items, tops, imageKeys, prefixes, contents, waves: [], legs: [] },
})

/** A plan of what shall be built, and what it is a part of. */
export type PreparedPlan = {
  readonly plan: Plan
  /** With all work items, without legs unless it is the same: what later runs compare with. */
  readonly whole: Plan
  /** What changed since an earlier plan, where somebody asks. */
  readonly changes?: PlanChanges
}

const expand = (factory: Factory, inputs: PlanInputs): Expansion =>
  expandFactory(factory, {
    ...(inputs.only.length === 0 ? {} : { only: inputs.only }),
    base: inputs.base,
    ...(inputs.platforms.length === 0 ? {} : { platforms: inputs.platforms }),
    ...(inputs.registry === undefined ? {} : { registry: inputs.registry }),
  })

/** Everything that could be planned, before anything is left out. */
type Survey = {
  readonly factory: Factory
  readonly expansion: Expansion
  readonly subject: PlanSubject
  readonly images: readonly PinnedImage[]
  readonly files: Plan['files']
  readonly records: EarlierRecords
  readonly all: KeyedWork
}

/** Reads all work there is, and finds out what of it is cached. The tree itself is not needed any more then. */
const surveyWork = async (inputs: PlanInputs, context: Context, io: Io): Promise<Survey> => {
  const factory = await readFactory(inputs.factory, io)
  const expansion = expand(factory, inputs)
  const cache = planCache(factory, expansion.items, inputs, decideCacheAccess(context.event))
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

/** What of the work is built, and what speaks for leaving the rest out. */
type Choice = {
  readonly work: KeyedWork
  readonly changes: PlanChanges | undefined
  readonly published: Pick<Plan, 'unchanged' | 'publishedKeys'>
}

const chooseWork = async (
  { factory, expansion, subject, files, all }: Survey,
  inputs: PlanInputs,
  context: Context,
  io: Io,
): Promise<Choice> => {
  const compared = { ...all, files, context: factory.context, aliases: expansion.aliases }
  const changes = await findChanges(compared, inputs.changes, { subject, context, io })
  const chosen = chooseItems(compared, changes, inputs.changes, io)
  const restrict = (kept: readonly number[]): KeyedWork =>
    kept.length === all.items.length ? all : restrictWork(all, kept)
  if (!inputs.skipUnchanged) return { work: restrict(chosen), changes, published: { unchanged: [] } }
  const keys = all.imageKeys.map((key) => publishedKey(key, inputs.additions))
  const { unchanged, kept } = await findUnchanged(all.items, keys, chosen, inputs, io)
  const publishedKeys = kept.flatMap((index) => keys[index] ?? [])
  return { work: restrict(kept), changes, published: { unchanged, publishedKeys } }
}

/** From the factory file to the plan. Both `plan` and a `build` without a plan file go this way. */
export const preparePlan = async (inputs: PlanInputs, context: Context, io: Io): Promise<PreparedPlan> => {
  const survey = await surveyWork(inputs, context, io)
  const { work, changes, published } = await chooseWork(survey, inputs, context, io)
  const { factory, expansion, images, files, records, all } = survey
  const { cache } = survey.subject
  const isKept = (item: WorkItem): boolean => locationOf(cache, item).repositories.length > 0
  const handsOn = cache.access.write && work.items.every(isKept)
  const schedule = shareOut(work, { cache, handsOn }, scheduleOptions(inputs.schedule))
  const { bytes: _, ...planned } = work
  const recorded = recordedItems(work, records, ownBranch(context.event))
  const plan = makePlan({
    plannedAt: io.clock.now().toISOString(),
    factory: inputs.factory,
    name: factory.name,
    context: factory.context,
    ...{ cache, builders: buildersOf(factory.pools), images, files, ...planned },
    ...{ excluded: expansion.excluded, aliases: expansion.aliases, ...published },
    ...(recorded.length === 0 ? {} : { recorded }),
    forecast: forecastOf(planned, schedule),
    schedule,
    pools: factory.pools,
  })
  return { plan, whole: work === all ? plan : withAllWork(plan, all), ...(changes === undefined ? {} : { changes }) }
}
