import type { JsonObject } from '../../src/factory/factory.ts'
import type { WorkItem, WorkLayer } from '../../src/factory/work-item.ts'
import type { ContextRead } from '../../src/fragment/fragment.ts'
import { parseFragment } from '../../src/fragment/parse.ts'
import { digestEntries, type ContextEntry } from '../../src/layers/context-entry.ts'
import { isFolderContext } from '../../src/layers/context-reads.ts'
import { effectsOf } from '../../src/layers/fragment-effects.ts'
import { groundOf } from '../../src/layers/ground.ts'
import { layerContent, type LayerContent, type LayerFacts } from '../../src/layers/layer-content.ts'
import { chainOf, growTree, type LayerTree } from '../../src/layers/tree.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'

/** What lies around work items: everything that keys cover, as text. */
export type World = {
  /** Texts of fragments by path. */
  readonly fragments: Readonly<Record<string, string>>
  /** Content of images by reference; others are their own. */
  readonly images?: Readonly<Record<string, string>>
  /** Files of the build context, or below `<context>:`, by path. */
  readonly files?: Readonly<Record<string, string | Pick<ContextEntry, 'mode' | 'digest'>>>
  readonly syntax?: string
}

/** A chain of layers from the bottom, each `<layer> <variant>` with a fragment `<layer>-<variant>.Dockerfile`. */
export const workOf = (
  names: readonly string[],
  changes: Partial<WorkItem> = {},
  layers: Readonly<Record<string, Partial<WorkLayer>>> = {},
): WorkItem =>
  sampleWork({
    manifestId: names.join('-').replaceAll(' ', '_'),
    layers: names.map((name, index) => {
      const [layer = '', variant = ''] = name.split(' ')
      const source = index === 0 ? { from: variant } : { fragment: `${layer}-${variant}.Dockerfile` }
      return sampleLayer({ layer, variant, ...source, ...layers[name] })
    }),
    ...changes,
  })

/** Values for ARGs, as a variant gives them. */
export const given = (values: Readonly<Record<string, string>>): WorkLayer['args'] =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, level: 'variant', place: { file: 'strata.yaml', line: 9, column: 3 } },
    ]),
  )

/** Bake options of a work item. */
export const withBake = (bake: JsonObject): Partial<WorkItem> => ({ bake })

const filesDigest = ({ files = {} }: World, layer: WorkLayer, { context, path }: ContextRead): string | undefined => {
  if (context !== undefined && !isFolderContext(layer, context)) return undefined
  const place = `${context === undefined ? '' : `${context}:`}${path.replace(/^\.?\//, '')}`
  const isBelow = (name: string): boolean => (place === '.' ? !name.includes(':') : name.startsWith(`${place}/`))
  const found = Object.entries(files).filter(([name]) => name === place || isBelow(name))
  return digestEntries(
    found.map(([name, file]) =>
      typeof file === 'string' ? { path: name, mode: '644', digest: file } : { path: name, ...file },
    ),
  )
}

/** What a layer is made of in a world. */
export const contentOf = (world: World, layer: WorkLayer): LayerContent => {
  const text = world.fragments[layer.fragment ?? '']
  if (layer.fragment === undefined || text === undefined) return layerContent(layer, undefined, undefined)
  const fragment = parseFragment(layer.fragment, text, { contexts: Object.keys(layer.contexts) })
  const facts: LayerFacts = {
    images: effectsOf(fragment).steps === 0 ? [] : fragment.images.map(({ reference }) => reference),
    imageDigest: (reference) => world.images?.[reference] ?? reference,
    filesDigest: (read) => filesDigest(world, layer, read),
  }
  return layerContent(layer, fragment, facts)
}

/** Grows the tree of work items in a world. */
export const grow = (
  items: readonly WorkItem[],
  world: World,
  homeOf: (item: WorkItem) => string = () => '',
): LayerTree => {
  const { syntax, images = {} } = world
  const made = new Map<string, LayerContent>()
  return growTree(items, {
    home: homeOf,
    content: (layer) => {
      const name = JSON.stringify(layer)
      const content = made.get(name) ?? contentOf(world, layer)
      made.set(name, content)
      return content
    },
    ground: (item) =>
      groundOf(item, { imageDigest: (name) => images[name] ?? name, ...(syntax === undefined ? {} : { syntax }) }),
  })
}

/** For each work item its keys by layer, from the bottom. */
export const keysOf = (items: readonly WorkItem[], world: World): readonly Readonly<Record<string, string>>[] => {
  const { prefixes, tops } = grow(items, world)
  return tops.map((top) =>
    Object.fromEntries(
      chainOf(prefixes, top).map((index) => [prefixes[index]?.layer.layer ?? '', prefixes[index]?.key ?? '']),
    ),
  )
}

/** Layers of one work item whose keys differ between two worlds, from the bottom. */
export const changedLayers = (
  before: Readonly<Record<string, string>> | undefined,
  after: Readonly<Record<string, string>> | undefined,
): readonly string[] => Object.keys({ ...before, ...after }).filter((layer) => before?.[layer] !== after?.[layer])
