import type { WorkItem } from '../../factory/work-item.ts'
import type { Fragment } from '../../fragment/fragment.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { backendOf } from '../../layers/cache-place.ts'
import { prefixTag } from '../../layers/cache-refs.ts'
import type { ImageKey } from '../../layers/image-key.ts'
import type { Prefix } from '../../layers/tree.ts'
import type { Platform } from '../../oci/platform.ts'
import {
  accessWords,
  decideCacheAccess,
  noCacheAccess,
  pinnedAccess,
  readOnlyAccess,
  weakerAccess,
  type CacheAccess,
} from '../../plan/access.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { locationOf, refsOf } from '../../plan/cache-location.ts'
import { nameImages } from '../../plan/image-names.ts'
import type { Leg, PlannedLeg } from '../../plan/leg.ts'
import type { LegChain } from '../../plan/leg-cache.ts'
import { findLeg, type LegStamp, parseLeg } from '../../plan/parse-plan.ts'
import type { Pins } from '../../plan/pins.ts'
import type { Plan } from '../../plan/plan.ts'
import { mustRun } from '../../plan/prefixes.ts'
import { publishedKey } from '../../plan/published-key.ts'
import { temporaryTag } from '../../plan/temporary-tag.ts'
import type { RecordImage } from '../../records/record.ts'
import { collectProblems, inputError } from '../../problem.ts'
import { stitch } from '../../render/dockerfile.ts'
import type { RenderItem } from '../../render/leg.ts'
import type { LegLayer } from '../../report/leg-layer.ts'
import type { BuildInputs } from '../inputs.ts'
import { growWork, warnOfModes } from '../planning/layer-facts.ts'
import { withReachable } from '../planning/mirrors.ts'
import { legChains, type LegItem } from './leg-chains.ts'
import { legLayers } from './leg-layers.ts'
import { obtainPlan } from '../planning/obtain-plan.ts'
import { imageFinderOf, withContexts } from '../planning/survey.ts'
import { readFragments } from '../planning/sources.ts'

/** What a leg builds: ready to be rendered, and what is known of each of its layers. */
export type LegWorkItem = RenderItem & {
  readonly layers: readonly LegLayer[]
  /** Images that it is built on or takes files from, as they are pinned. */
  readonly bases: readonly RecordImage[]
  /** Everything that reaches its image, as this job sees it. */
  readonly imageKey?: string
}

/** What one leg builds. */
export type LegWork = {
  readonly plan: Plan
  /** What later runs compare with; absent when the plan was made elsewhere, where that was kept. */
  readonly whole?: Plan
  /** Absent when all work items are built. */
  readonly leg?: Leg
  /** Whether it builds images, or as legs of a wave do prefixes alone. */
  readonly kind: Leg['kind']
  /** Work items, or in a wave what stands for prefixes: work items that end with them and have no image. */
  readonly items: readonly LegWorkItem[]
  readonly fragments: ReadonlyMap<string, Fragment>
  readonly access: CacheAccess
  /** What cache refs are imported as, where only those that are pinned by digest may be; absent where all may. */
  readonly pins?: Pins
  /** Prefixes of each item; empty where refs are not named by content. */
  readonly chains: readonly LegChain[]
}

/** A work item that is not built, since a wave leg failed at a prefix of it. */
export type DroppedItem = { readonly item: LegWorkItem; readonly reason: string }

/** What both the plan's event and this run's own have earned, less what inputs take away. */
const accessOf = (plan: Plan, inputs: BuildInputs, context: Context, io: Io): CacheAccess => {
  if (!inputs.cache) return noCacheAccess('caching is turned off by input')
  if (!context.useBuildx) return noCacheAccess('USE_BUILDX=0 builds without cache refs')
  const { cache } = plan
  const own = decideCacheAccess(context.event, { untrusted: cache.untrusted !== undefined })
  const earned = weakerBackend(cache, weakerAccess(cache.access, own), inputs, io)
  if (inputs.pinned) return pinnedAccess(earned)
  return inputs.cacheWrites ? earned : readOnlyAccess(earned, 'writing is turned off by input')
}

/** What the backend itself takes away: images that are not pushed hold no cache, and tokens may only read. */
const weakerBackend = (cache: PlannedCache, access: CacheAccess, { push }: BuildInputs, io: Io): CacheAccess => {
  const backend = backendOf(cache.ref ?? '')
  if (backend === 'inline' && access.write && !push) {
    return { ...access, write: false, reason: 'an inline cache is written with the image, and input push is not true' }
  }
  if (backend !== 'gha') return access
  const { mode } = io.ghaScopes
  if (mode === 'unavailable' || mode === 'none') return noCacheAccess(`the Actions cache is ${GHA_MODES[mode]}`)
  return mode === 'read' && access.write
    ? { ...access, write: false, reason: `the Actions cache is ${GHA_MODES[mode]}` }
    : access
}

const GHA_MODES = {
  unavailable: 'not offered here: the runner gives no address and token that BuildKit could use',
  none: 'turned off for this run (ACTIONS_CACHE_MODE is none)',
  read: 'only read in this run, as its token or ACTIONS_CACHE_MODE says',
} as const

/** Whether the first part of a name is a host, as Docker tells one (distribution/reference, `splitDockerDomain`). */
const hasRegistry = (image: string): boolean => /^(?:localhost|[^/]*[.:][^/]*)\//.test(image)

const checkPush = (items: readonly RenderItem[], { push }: BuildInputs): void => {
  const homeless = items.find(({ images }) => images.some((image) => !hasRegistry(image)))
  if (!push || homeless === undefined) return
  const found = `input push is true and ${homeless.images.join(', ')} has no registry to be pushed to`
  throw inputError(found, { expected: 'registry in the factory file, or input registry' })
}

const warnOfOtherPlan = (plan: Plan, given: LegStamp, io: Io): void => {
  const { id, digest } = given
  if (digest === undefined || digest === plan.digest) return
  const message = `leg ${id} was planned as ${digest} and its plan is now ${plan.digest}: an image, a file, an input, the cache or a record changed`
  io.actions.warning({ message })
}

/** A work item that ends with a prefix. It has no image, and is called what the prefix is. */
const endingWith = ({ prefixes, items }: Plan, index: number): readonly LegItem[] => {
  const prefix = prefixes[index]
  const item = items[prefix?.item ?? -1]
  if (prefix === undefined || item === undefined) return []
  const layers = item.layers.slice(0, item.layers.findIndex(({ layer }) => layer === prefix.layer) + 1)
  const manifestId = `${prefix.layer}-${prefix.variant}-${prefix.key.slice(0, 8)}`
  return [{ index: prefix.item, item: { ...item, manifestId, layers } }]
}

/** In a wave those prefixes that no other one of the leg stands on: building them builds the others. */
const waveItems = (plan: Plan, { writes, repeats }: Pick<PlannedLeg, 'writes' | 'repeats'>): readonly LegItem[] => {
  const all = [...writes, ...repeats]
  const below = new Set(all.map((index) => plan.prefixes[index]?.parent))
  return all.filter((index) => !below.has(index)).flatMap((index) => endingWith(plan, index))
}

/** All cold prefixes of a plan, as what one leg writes. */
const coldPrefixes = ({ prefixes }: Plan): Pick<PlannedLeg, 'writes' | 'repeats'> => ({
  writes: prefixes.flatMap((prefix, index) => (mustRun(prefix) ? [index] : [])),
  repeats: [],
})

const legItems = (plan: Plan, leg: PlannedLeg | undefined, kind: Leg['kind']): readonly LegItem[] => {
  if (plan.probes !== undefined) return plan.probes.flatMap(({ prefix }) => endingWith(plan, prefix))
  if (kind === 'wave') return waveItems(plan, leg ?? coldPrefixes(plan))
  if (leg === undefined) return plan.items.map((item, index) => ({ index, item }))
  return leg.items.flatMap((index) => {
    const item = plan.items[index]
    return item === undefined ? [] : [{ index, item }]
  })
}

/** Images of work items; a wave builds none. */
const imagesOf = (items: readonly WorkItem[], kind: Leg['kind'], inputs: BuildInputs) =>
  kind === 'wave' ? items.map(() => []) : nameImages(items, inputs.tags)

/** Work items of a leg as this job sees them: with its own contexts, stitched, and with their keys. */
const readLegItems = async (plan: Plan, workItems: readonly WorkItem[], io: Io) => {
  const fragments = await readFragments(workItems, io)
  const pins = Object.fromEntries(plan.images.map(({ reference, pinned }) => [reference, pinned]))
  const dockerfiles = collectProblems(workItems, (item) => stitch(item, fragments, pins))
  const finder = imageFinderOf(fragments, workItems)
  const { images, context, cache } = plan
  const grown = growWork({ items: workItems, fragments, finder, images, context, cache }, io)
  return { fragments, dockerfiles, finder, ...grown }
}

/** Keys that the images of a leg are published under, where the plan will look for them. */
const publishedKeys = (
  { publishedKeys: planned }: Plan,
  part: readonly LegItem[],
  keys: readonly ImageKey[],
  { options }: BuildInputs,
  io: Io,
): readonly (string | undefined)[] => {
  if (planned === undefined) return keys.map(() => undefined)
  const own = keys.map((key) => publishedKey(key, options))
  if (part.some(({ index }, position) => planned[index] !== own[position])) {
    const message =
      'this job makes other images than the plan looked for: give labels, annotations, provenance and sbom to both actions'
    io.actions.warning({ title: 'Plan and leg differ', message })
  }
  return own
}

/** An image as the plan pinned it, where it did, and what it is on the platform. */
const pinOf = (reference: string, platform: Platform, { images }: Plan): RecordImage => {
  const { digest, contents = {} } = images.find((image) => image.reference === reference) ?? {}
  const { digest: content, bytes } = contents[platform] ?? {}
  return {
    reference,
    ...(digest === undefined ? {} : { digest }),
    ...(content === undefined || bytes === undefined ? {} : { content, bytes }),
  }
}

/** Whether there is a registry that keeps the cache of a work item. */
const isCached = (item: WorkItem, { cache }: Plan): boolean => locationOf(cache, item).repositories.length > 0

/** The plan and the part of it that this leg builds, stitched. */
export const selectWork = async (inputs: BuildInputs, context: Context, io: Io): Promise<LegWork> => {
  const given = inputs.leg === undefined ? undefined : parseLeg(inputs.leg)
  const { plan: obtained, ...made } = await obtainPlan(inputs, given, context, io)
  const access = accessOf(obtained, inputs, context, io)
  if (obtained.cache.untrusted !== undefined) io.actions.info(`${accessWords(access)}: ${access.reason}`)
  const plan = { ...obtained, cache: await withReachable({ ...obtained.cache, access }, io) }
  if (given !== undefined) warnOfOtherPlan(plan, given, io)
  const leg = given === undefined ? undefined : findLeg(plan, given.id)
  const kind = leg?.leg.kind ?? (plan.prewarm === true || plan.probes !== undefined ? 'wave' : 'build')
  const part = legItems(plan, leg, kind)
  const planned = part.map(({ item }) => item)
  const workItems = withContexts(planned, inputs.buildContexts)
  const { fragments, dockerfiles, finder, tree, files, imageKeys } = await readLegItems(plan, workItems, io)
  if (made.whole === undefined) warnOfModes(io)
  const names = imagesOf(workItems, kind, inputs)
  const keys = publishedKeys(plan, kind === 'wave' ? [] : part, imageKeys, inputs, io)
  const writes = leg === undefined ? undefined : new Set(leg.writes)
  const byContent = plan.cache.strategy === 'layer' && planned.some((item) => isCached(item, plan))
  const refOf = (prefix: Prefix, item: WorkItem): string | undefined =>
    byContent ? refsOf(locationOf(plan.cache, item), prefixTag(prefix))[0] : undefined
  const world = { files, context: plan.context, fragments }
  const layers = legLayers({ plan, leg, items: part, tree, world, refOf })
  const items = dockerfiles.map((dockerfile, index): LegWorkItem => {
    const [item, key] = [workItems[index], keys[index]]
    if (item === undefined) throw new Error(`bug: Dockerfile ${index} is of no work item`)
    const bases = finder.ofItem(item).map((reference) => pinOf(reference, item.platform, plan))
    const imageKey = imageKeys[index] ?? ''
    const known = { item, dockerfile, images: names[index] ?? [], layers: layers[index] ?? [], bases, imageKey }
    const temporary = `${item.image}:${temporaryTag(item, context.run, plan.digest)}`
    return { ...known, ...(inputs.byDigest ? { temporary } : {}), ...(key === undefined ? {} : { publishedKey: key }) }
  })
  checkPush(items, inputs)
  return {
    ...{ ...made, plan, kind, items, fragments, access },
    chains: byContent ? legChains({ plan, items: part, writes }, tree, io) : [],
    ...(leg === undefined ? {} : { leg: leg.leg }),
  }
}
