import type { WorkItem } from '../factory/work-item.ts'
import { imageOptions } from './build-options.ts'
import { digestOf } from './digest.ts'
import type { LayerTree, TreeFacts } from './tree.ts'

/**
 * Everything of a work item that reaches its image, as one word: `<steps>.<base>.<options>.<lowest layer>…<highest layer>`,
 * 12 hex each. Equal keys make equal images; where two differ, their parts tell what does.
 */
export type ImageKey = string

/** The parts of an image key. */
export type ImageKeyParts = {
  /** Of the key of the highest prefix. */
  readonly steps: string
  /** Of the base image, with settings that no step inherits: a base that was pushed again is another one. */
  readonly base: string
  /** Of platform, frontend and bake options. */
  readonly options: string
  /** Of each layer, in the order of the work item's. */
  readonly layers: readonly string[]
}

/** What a tree is grown from, and what the images that are built on are pinned to. */
export type ImageFacts = TreeFacts & {
  /** Digest of the image that a reference stands for, or the reference itself where nobody knows. */
  readonly pinned: (reference: string) => string
}

const PART = 12

const part = (...texts: readonly string[]): string => digestOf(texts).slice(0, PART)

/** The image key of each work item that a tree was grown from. */
export const imageKeys = (
  items: readonly WorkItem[],
  { prefixes, tops }: LayerTree,
  { content, ground, pinned }: ImageFacts,
): readonly ImageKey[] =>
  items.map((item, index) => {
    const { inputs } = ground(item)
    const digests = (isBase: boolean): readonly string[] =>
      inputs.filter(({ kind }) => (kind === 'image') === isBase).map(({ digest }) => digest)
    const from = item.layers[0]?.from ?? 'scratch'
    const options = Object.entries(imageOptions(item.bake)).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return [
      (prefixes[tops[index] ?? -1]?.key ?? '').slice(0, PART),
      part(...digests(true), from === 'scratch' ? from : pinned(from)),
      part(...digests(false), JSON.stringify(options)),
      ...item.layers.map((layer) => content(layer, item.platform).image.slice(0, PART)),
    ].join('.')
  })

/** Takes an image key apart. */
export const imageKeyParts = (key: ImageKey): ImageKeyParts => {
  const [steps = '', base = '', options = '', ...layers] = key.split('.')
  return { steps, base, options, layers }
}
