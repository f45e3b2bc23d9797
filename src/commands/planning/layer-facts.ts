import type { WorkItem, WorkLayer } from '../../factory/work-item.ts'
import type { Fragment } from '../../fragment/fragment.ts'
import type { Io } from '../../io/io.ts'
import { digestEntries, type ContextEntry } from '../../layers/context-entry.ts'
import { folderReadOf, folderReads, patternsByRoot, type FolderRead } from '../../layers/context-reads.ts'
import { groundOf } from '../../layers/ground.ts'
import { layerContent, type LayerContent, type LayerFacts } from '../../layers/layer-content.ts'
import { imageKeys, type ImageKey } from '../../layers/image-key.ts'
import { growTree, type Ground, type LayerTree, type TreeFacts } from '../../layers/tree.ts'
import type { Platform } from '../../oci/platform.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { homeOf, locationOf } from '../../plan/cache-location.ts'
import type { PinnedImage } from '../../plan/images.ts'
import type { Plan } from '../../plan/plan.ts'
import { remember } from '../../remember.ts'
import { syntaxOf, type ImageFinder } from '../../render/dockerfile.ts'

/** What a tree is grown from. */
export type LayerSources = {
  readonly items: readonly WorkItem[]
  readonly fragments: ReadonlyMap<string, Fragment>
  readonly finder: ImageFinder
  readonly images: readonly PinnedImage[]
  /** The main build context, relative to the workspace. */
  readonly context: string
  readonly cache: PlannedCache
}

/** The files that steps take, by root and pattern. */
type ReadFiles = ReadonlyMap<string, ReadonlyMap<string, readonly ContextEntry[]>>

/** Folders with more files than this are not listed in a plan; their digests are. */
const MAX_LISTED = 20_000

const distinctLayers = (items: readonly WorkItem[]): readonly WorkLayer[] => [
  ...new Set(items.flatMap(({ layers }) => layers)),
]

const readFiles = ({ items, fragments, context }: LayerSources, io: Io): ReadFiles => {
  const reads = distinctLayers(items).flatMap((layer): readonly FolderRead[] => {
    const fragment = fragments.get(layer.fragment ?? '')
    return fragment === undefined ? [] : folderReads(layer, fragment, context)
  })
  return new Map([...patternsByRoot(reads)].map(([root, patterns]) => [root, io.contexts.read(root, patterns)]))
}

/**
 * Warns of modes of the files that were read: BuildKit keys on them, so another umask on another machine costs every
 * hit of a COPY. Each job says it once.
 */
export const warnOfModes = (io: Io): void => {
  const { count, first } = io.contexts.oddModes()
  if (first === undefined) return
  const message =
    `${count} ${count === 1 ? 'file has a mode' : 'files have modes'} that git does not check out, first ${first.path} with ` +
    `${first.mode}: a machine with another umask misses the cache of what copies them; set umask 022 before the checkout, ` +
    'or give COPY a --chmod'
  io.actions.warning({ title: 'File modes', message })
}

const listFiles = (read: ReadFiles): Plan['files'] =>
  Object.fromEntries(
    [...read].flatMap(([root, byPattern]) => {
      const entries = [...byPattern.values()].flat().filter(({ mode }) => mode !== 'folder')
      const files = new Map(entries.map(({ path, mode, digest }) => [path, `${mode} ${digest.slice(0, 16)}`]))
      return files.size === 0 || files.size > MAX_LISTED ? [] : [[root, Object.fromEntries([...files].sort())] as const]
    }),
  )

/** Images that a stage takes for another platform than its own are told apart by digest, since which one is not known. */
const imageDigests = ({ images }: LayerSources) => {
  const byReference = new Map(images.map((image) => [image.reference, image]))
  return (reference: string, platform: Platform | undefined): string => {
    const image = byReference.get(reference)
    const content = platform === undefined ? undefined : image?.contents[platform]?.digest
    return content ?? image?.digest ?? reference
  }
}

/** Everything that keys cover and that has to be read: files of contexts, and what images are made of. */
type ReadFacts = { readonly tree: TreeFacts; readonly files: Plan['files'] }

/** Reads what the keys of work items cover. Every file is read once. */
const readLayerFacts = (sources: LayerSources, io: Io): ReadFacts => {
  const { fragments, finder, context, cache } = sources
  const read = readFiles(sources, io)
  const digestOfImage = imageDigests(sources)
  const factsOf = (layer: WorkLayer, fragment: Fragment, platform: Platform): LayerFacts => {
    const foreign = fragment.stages.some((stage) => stage.platform !== undefined)
    return {
      images: finder.ofLayer(layer, platform),
      imageDigest: (reference) => digestOfImage(reference, foreign ? undefined : platform),
      filesDigest: (use) => {
        const folder = folderReadOf(use, layer, context)
        return folder && digestEntries(read.get(folder.root)?.get(folder.pattern) ?? [])
      },
    }
  }
  const contents = new Map<WorkLayer, Map<Platform, LayerContent>>()
  const content = (layer: WorkLayer, platform: Platform): LayerContent =>
    remember(
      remember(contents, layer, () => new Map<Platform, LayerContent>()),
      platform,
      () => {
        const fragment = fragments.get(layer.fragment ?? '')
        return layerContent(layer, fragment, fragment && factsOf(layer, fragment, platform))
      },
    )
  const grounds = new Map<string, Ground>()
  const ground = (item: WorkItem): Ground => {
    const syntax = syntaxOf(item, fragments)
    const imageDigest = (reference: string): string => digestOfImage(reference, item.platform)
    const name = JSON.stringify([item.platform, item.layers[0]?.from, syntax, item.bake])
    return remember(grounds, name, () => groundOf(item, { imageDigest, ...(syntax === undefined ? {} : { syntax }) }))
  }
  const home = (item: WorkItem): string => homeOf(locationOf(cache, item))
  return { tree: { content, ground, home }, files: listFiles(read) }
}

/** Work items with their keys. */
export type GrownWork = {
  readonly tree: LayerTree
  readonly imageKeys: readonly ImageKey[]
  readonly files: Plan['files']
}

/** Finds all keys of work items: of their prefixes, and of their images. Plan and leg do it alike. */
export const growWork = (sources: LayerSources, io: Io): GrownWork => {
  const { items, images } = sources
  const { tree: facts, files } = readLayerFacts(sources, io)
  const tree = growTree(items, facts)
  const digests = new Map(images.map(({ reference, digest }) => [reference, digest]))
  const pinned = (reference: string): string => digests.get(reference) ?? reference
  return { tree, imageKeys: imageKeys(items, tree, { ...facts, pinned }), files }
}
