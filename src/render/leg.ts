import type { WorkItem } from '../factory/work-item.ts'
import { digestOf } from '../layers/digest.ts'
import { stepOptions } from '../layers/build-options.ts'
import { platformSlug, type Platform } from '../oci/platform.ts'
import type { CacheAccess } from '../plan/access.ts'
import type { CacheWrite, ItemRefs, LegRefs, PrefixWrite } from '../plan/leg-cache.ts'
import { keyAnnotation, keyTag } from '../plan/published-key.ts'
import { cacheExport, cacheSource, renderAttributes } from './attributes.ts'
import type { BakeTarget, CollectorTarget } from './bake.ts'
import type { StitchedDockerfile } from './stitched.ts'

/** A work item with its Dockerfile, ready to be a bake target. */
export type RenderItem = {
  readonly item: WorkItem
  readonly dockerfile: StitchedDockerfile
  /** References of the image, most important first; empty when it has no name. */
  readonly images: readonly string[]
  /**
   * Reference that holds it until it is published, where the builder cannot push by digest; absent where it gets its names
   * from this push.
   */
  readonly temporary?: string
  /** What it is found by when it is published, 64 hex; absent unless somebody will look for it. */
  readonly publishedKey?: string
}

/** What a leg reads and writes of caches. */
export type LegCache = {
  readonly access: CacheAccess
  readonly refs: LegRefs
  /** Further sources and exports of the user, as Buildx takes them. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** The machine's own folder for local caches. */
  readonly home: string
}

/** What decides how a leg is rendered, besides its work items. */
export type LegSettings = {
  readonly cache: LegCache
  readonly push: boolean
  readonly load: boolean
  /** Attestations of the images, as Buildx takes them. */
  readonly attests: readonly string[]
  /** Driver of the builder: `docker`, `docker-container`, … */
  readonly driver: string
  /** Folder of the rendered files, as the bake file shall name it. */
  readonly folder: string
  /** Build context, relative to the workspace. */
  readonly context: string
}

/** A target that builds a prefix, to write its cache ref. */
export type PrefixTarget = { readonly bake: BakeTarget; readonly write: PrefixWrite }

/** A leg as BuildKit is told of it: targets in the order of the work items, `t0` for the first. */
export type RenderedLeg = {
  readonly targets: readonly BakeTarget[]
  readonly prefixes: readonly PrefixTarget[]
  readonly collectors: readonly CollectorTarget[]
  /** What they read and write. */
  readonly refs: LegRefs
  /** Name of the target that writes a ref. */
  readonly writers: ReadonlyMap<string, string>
  /** The refs that targets import, by what they are called in the bake file. */
  readonly sources: ReadonlyMap<string, string>
  /** File names within the folder, and their texts. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
}

/** The Dockerfile's name within the folder: it says which work item it is, for those who read it. */
const dockerfileName = ({ manifestId, platform }: WorkItem): string =>
  `${manifestId}-${platformSlug(platform)}.Dockerfile`

/** The `docker` driver cannot push by digest, with whatever image store (buildx: "currently not implemented"). */
const pushesByDigest = ({ temporary }: RenderItem, { push, driver }: LegSettings): boolean =>
  push && temporary !== undefined && driver !== 'docker'

/** The image store of the `docker` driver keeps what it pushes, so there one export does both. */
const outputsOf = (settings: LegSettings, rendered: RenderItem): readonly string[] => {
  const { push, load, driver } = settings
  const { item, images } = rendered
  if (images.length === 0 || (!push && !load)) return [renderAttributes({ type: 'cacheonly' })]
  if (driver === 'docker') return [renderAttributes({ type: 'image', push: String(push), 'oci-mediatypes': 'true' })]
  // Names of a target's tags would replace those of its outputs, so each output has its own.
  if (pushesByDigest(rendered, settings)) {
    const canonical = { name: item.image, 'push-by-digest': 'true', 'name-canonical': 'true' }
    return [
      renderAttributes({ type: 'image', ...canonical, push: 'true', 'oci-mediatypes': 'true' }),
      ...(load ? [renderAttributes({ type: 'docker', name: images.join(',') })] : []),
    ]
  }
  return [
    ...(push ? [renderAttributes({ type: 'image', push: 'true', 'oci-mediatypes': 'true' })] : []),
    ...(load ? [renderAttributes({ type: 'docker' })] : []),
  ]
}

const exportsOf = ({ ref, mode, mirrors = [] }: CacheWrite, home: string): readonly string[] =>
  [ref, ...mirrors].map((each) => cacheExport(each, mode, home))

/** Refs that several targets would write. A registry export replaces its ref, so one of them must write for all. */
const sharedWrites = (items: readonly ItemRefs[]): ReadonlySet<string> => {
  const refs = items.flatMap(({ to }) => to.map(({ ref }) => ref))
  return new Set(refs.filter((ref, index) => refs.indexOf(ref) !== index))
}

/** One for each ref that is shared: those of several cache repositories are of one platform. */
const collectorsOf = (
  items: readonly RenderItem[],
  { refs, home }: LegCache,
  shared: ReadonlySet<string>,
): readonly CollectorTarget[] => {
  const members = items.flatMap(({ item: { platform } }, index) => {
    const { from, to } = refs.items[index] ?? { from: [], to: [] }
    return to.filter(({ ref }) => shared.has(ref)).map((write) => ({ platform, index, from, write, ref: write.ref }))
  })
  const seen = new Map<Platform, number>()
  return [...Map.groupBy(members, ({ ref }) => ref)].map(([ref, ofRef]): CollectorTarget => {
    const [platform = ''] = ofRef.map((member) => member.platform)
    const before = seen.get(platform) ?? 0
    seen.set(platform, before + 1)
    return {
      name: `collect-${platformSlug(platform)}${before === 0 ? '' : `-${before + 1}`}`,
      platform,
      leaves: ofRef.map(({ index }) => `t${index}`),
      cacheFrom: [...new Set(ofRef.flatMap(({ from }) => from))].map((each) => cacheSource(each, home)),
      cacheTo: ofRef.slice(0, 1).flatMap(({ write }) => exportsOf({ ...write, mode: 'max' }, home)),
      refs: [ref],
    }
  })
}

/** Names of an image, and what it is found by when somebody asks whether it was published before. */
const publication = (rendered: RenderItem, settings: LegSettings) => {
  const { item, images, temporary, publishedKey } = rendered
  const { push, attests } = settings
  const isPushed = push && images.length > 0
  const annotations = publishedKey === undefined || !isPushed ? [] : [keyAnnotation(publishedKey, attests)]
  if (isPushed && temporary !== undefined) {
    return { tags: pushesByDigest(rendered, settings) ? [] : [temporary], annotations }
  }
  if (publishedKey === undefined || !isPushed) return { tags: images, annotations }
  return { tags: [...images, `${item.image}:${keyTag(publishedKey)}`], annotations }
}

const itemTarget = (rendered: RenderItem, index: number, shared: ReadonlySet<string>, settings: LegSettings) => {
  const { cache } = settings
  const { item, dockerfile } = rendered
  const own = cache.refs.items[index] ?? { from: [], to: [] }
  return {
    name: `t${index}`,
    dockerfile: `${settings.folder}/${dockerfileName(item)}`,
    context: settings.context,
    contexts: dockerfile.contexts,
    platform: item.platform,
    ...publication(rendered, settings),
    outputs: outputsOf(settings, rendered),
    cacheFrom: [...own.from.map((ref) => cacheSource(ref, cache.home)), ...(cache.access.read ? cache.from : [])],
    cacheTo: [
      ...own.to.filter(({ ref }) => !shared.has(ref)).flatMap((write) => exportsOf(write, cache.home)),
      ...(cache.access.write ? cache.to : []),
    ],
    extra: item.bake,
  }
}

/** Named by what it writes, so that it means the same when the leg is rendered again with other refs. */
const prefixTargetName = ({ ref }: PrefixWrite): string => `p${digestOf([ref]).slice(0, 12)}`

/** A target that builds one stage of a work item's Dockerfile and exports nothing but its cache. */
export const prefixTarget = (
  write: PrefixWrite,
  name: string,
  items: readonly RenderItem[],
  settings: Pick<LegSettings, 'folder' | 'context'> & { readonly cache: Pick<LegCache, 'home'> },
): readonly PrefixTarget[] => {
  const rendered = items[write.item]
  if (rendered === undefined) return []
  const { item, dockerfile } = rendered
  const bake: BakeTarget = {
    name,
    dockerfile: `${settings.folder}/${dockerfileName(item)}`,
    stage: write.prefix.stage,
    context: settings.context,
    contexts: dockerfile.contexts,
    platform: item.platform,
    tags: [],
    annotations: [],
    outputs: [renderAttributes({ type: 'cacheonly' })],
    cacheFrom: write.from.map((ref) => cacheSource(ref, settings.cache.home)),
    cacheTo: exportsOf(write, settings.cache.home),
    extra: stepOptions(item.bake),
  }
  return [{ bake, write }]
}

/** Everything BuildKit is told about a leg, as values: targets, collectors and the files they name. */
export const renderLeg = (items: readonly RenderItem[], settings: LegSettings): RenderedLeg => {
  const { refs } = settings.cache
  const shared = sharedWrites(refs.items)
  const targets = items.map((rendered, index): BakeTarget => itemTarget(rendered, index, shared, settings))
  const collectors = collectorsOf(items, settings.cache, shared)
  const prefixes = refs.prefixes.flatMap((write) => prefixTarget(write, prefixTargetName(write), items, settings))
  const writers = new Map([
    ...refs.items.flatMap(({ to }, index) => to.map(({ ref }): [string, string] => [ref, `t${index}`])),
    ...prefixes.map(({ bake, write }): [string, string] => [write.ref, bake.name]),
    ...collectors.flatMap(({ name, refs: own }) => own.map((ref): [string, string] => [ref, name])),
  ])
  const files = items.map(({ item, dockerfile }) => ({ name: dockerfileName(item), text: dockerfile.text }))
  const imported = [...refs.items, ...refs.prefixes].flatMap(({ from }) => from)
  const sources = new Map(imported.map((ref) => [cacheSource(ref, settings.cache.home), ref]))
  return { targets, prefixes, collectors, refs, writers, sources, files }
}
