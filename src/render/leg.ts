import type { WorkItem } from '../factory/work-item.ts'
import { cacheRef, type CacheLocation } from '../layers/cache-refs.ts'
import type { Platform } from '../oci/platform.ts'
import { platformSlug } from '../oci/platform.ts'
import type { CacheAccess } from '../plan/access.ts'
import { registryCacheFrom, registryCacheTo, renderAttributes } from './attributes.ts'
import type { BakeTarget, CollectorTarget } from './bake.ts'
import type { StitchedDockerfile } from './stitched.ts'

/** A work item with its Dockerfile, ready to be a bake target. */
export type RenderItem = {
  readonly item: WorkItem
  readonly dockerfile: StitchedDockerfile
  /** References of the image, most important first; empty when it has no name. */
  readonly images: readonly string[]
}

/** Where the cache of a leg lives and what may be done with it. */
export type LegCache = {
  readonly strategy: 'manifest' | 'platform'
  readonly location?: CacheLocation
  readonly access: CacheAccess
  /** Further sources and exports of the user, as Buildx takes them. */
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** What decides how a leg is rendered, besides its work items. */
export type LegSettings = {
  readonly cache: LegCache
  readonly push: boolean
  readonly load: boolean
  /** Driver of the builder: `docker`, `docker-container`, … */
  readonly driver: string
  /** Folder of the rendered files, as the bake file shall name it. */
  readonly folder: string
  /** Build context, relative to the workspace. */
  readonly context: string
}

/** Cache refs of one work item; what it was told to read and write. */
export type CacheRefs = { readonly from: readonly string[]; readonly to: readonly string[] }

/** A leg as BuildKit is told of it: targets in the order of the work items, `t0` for the first. */
export type RenderedLeg = {
  readonly targets: readonly BakeTarget[]
  readonly collectors: readonly CollectorTarget[]
  /** The registry refs of each target, in order. With a collector, those that the collector writes for it. */
  readonly refs: readonly CacheRefs[]
  /** File names within the folder, and their texts. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
}

/** The Dockerfile's name within the folder: it says which work item it is, for those who read it. */
const dockerfileName = ({ manifestId, platform }: WorkItem): string =>
  `${manifestId}-${platformSlug(platform)}.Dockerfile`

/** The image store of the `docker` driver keeps what it pushes, so there one export does both. */
const outputsOf = ({ push, load, driver }: LegSettings, named: boolean): readonly string[] => {
  if (!named || (!push && !load)) return [renderAttributes({ type: 'cacheonly' })]
  if (driver === 'docker') return [renderAttributes({ type: 'image', push: String(push), 'oci-mediatypes': 'true' })]
  return [
    ...(push ? [renderAttributes({ type: 'image', push: 'true', 'oci-mediatypes': 'true' })] : []),
    ...(load ? [renderAttributes({ type: 'docker' })] : []),
  ]
}

const refsOf = ({ strategy, location, access }: LegCache, { manifestId, platform }: WorkItem): CacheRefs => {
  if (location === undefined) return { from: [], to: [] }
  const ref = cacheRef(strategy, location, { manifestId, platform })
  return { from: access.read ? [ref] : [], to: access.write ? [ref] : [] }
}

/** Auxiliary stages are not part of the result's own chain, so only `max` keeps their steps. */
const modeOf = ({ dockerfile }: RenderItem): 'min' | 'max' => {
  const chain = new Set(dockerfile.targets.map(({ stage }) => stage))
  return dockerfile.steps.every(({ stage }) => chain.has(stage)) ? 'min' : 'max'
}

/** Whether several targets would write one ref, so that a collector must write it once for all of them. */
const needsCollector = ({ strategy, location, access }: LegCache): boolean =>
  location !== undefined && access.write && (strategy === 'platform' || location.tag !== undefined)

const collectorsOf = (items: readonly RenderItem[], cache: LegCache): readonly CollectorTarget[] => {
  if (!needsCollector(cache)) return []
  const platforms: readonly Platform[] = [...new Set(items.map(({ item }) => item.platform))]
  return platforms.map((platform) => {
    const members = items.flatMap(({ item }, index) => (item.platform === platform ? [{ item, index }] : []))
    const refs = members.map(({ item }) => refsOf(cache, item))
    return {
      name: `collect-${platformSlug(platform)}`,
      platform,
      leaves: members.map(({ index }) => `t${index}`),
      cacheFrom: [...new Set(refs.flatMap(({ from }) => from))].map(registryCacheFrom),
      cacheTo: [...new Set(refs.flatMap(({ to }) => to))].map((ref) => registryCacheTo(ref, 'max')),
    }
  })
}

/** Everything BuildKit is told about a leg, as values: targets, collectors and the files they name. */
export const renderLeg = (items: readonly RenderItem[], settings: LegSettings): RenderedLeg => {
  const { cache } = settings
  const refs = items.map(({ item }) => refsOf(cache, item))
  const collected = needsCollector(cache)
  const targets = items.map((rendered, index): BakeTarget => {
    const { item, dockerfile, images } = rendered
    const own = refs[index] ?? { from: [], to: [] }
    const exports = collected ? [] : own.to.map((ref) => registryCacheTo(ref, modeOf(rendered)))
    return {
      name: `t${index}`,
      dockerfile: `${settings.folder}/${dockerfileName(item)}`,
      context: settings.context,
      contexts: dockerfile.contexts,
      platform: item.platform,
      tags: images,
      outputs: outputsOf(settings, images.length > 0),
      cacheFrom: [...own.from.map(registryCacheFrom), ...(cache.access.read ? cache.from : [])],
      cacheTo: [...exports, ...(cache.access.write ? cache.to : [])],
      extra: item.bake,
    }
  })
  const files = items.map(({ item, dockerfile }) => ({ name: dockerfileName(item), text: dockerfile.text }))
  return { targets, collectors: collectorsOf(items, cache), refs, files }
}
