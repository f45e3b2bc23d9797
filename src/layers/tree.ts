import type { WorkItem, WorkLayer } from '../factory/work-item.ts'
import type { Platform } from '../oci/platform.ts'
import { remember } from '../remember.ts'
import { digestOf } from './digest.ts'
import type { KeyInput } from './key-input.ts'
import type { LayerContent } from './layer-content.ts'

/** Version of the key scheme: what it covers, and how. Another one makes every prefix cold. */
export const KEY_SCHEME = 'strata-1'

/** A prefix with steps of its own: a layer of one or more work items, on all that is below. */
export type Prefix = {
  /** Index of the prefix below; absent for the lowest one that has steps. */
  readonly parent?: number
  readonly platform: Platform
  /** The layer as the first work item has it. */
  readonly layer: WorkLayer
  readonly content: LayerContent
  /** What holds for it besides its own layer: platform, options and base of the lowest one, settings left by lower layers. */
  readonly below: readonly KeyInput[]
  /** SHA-256 over everything that decides its steps and those below, 64 hex. */
  readonly key: string
}

/** All prefixes of the work items, each once. Work items of one home with equal steps have the same prefix. */
export type LayerTree = {
  /** Parents stand before their children. */
  readonly prefixes: readonly Prefix[]
  /** For each work item the index of its highest prefix; undefined for one without any step. */
  readonly tops: readonly (number | undefined)[]
}

/** What the lowest layer starts from, and what holds for every step of a work item. */
export type Ground = { readonly inputs: readonly KeyInput[]; readonly digest: string }

/** Finds what is known of a work item. Called with the same objects, they give the same answer. */
export type TreeFacts = {
  readonly ground: (item: WorkItem) => Ground
  readonly content: (layer: WorkLayer, platform: Platform) => LayerContent
  /** The repository that its cache is written to: only work items of the same one share a prefix. */
  readonly home: (item: WorkItem) => string
}

/** Where a work item has arrived on its way up: its prefix so far, and the settings that wait for the next step. */
type Position = {
  readonly home: string
  readonly prefix: number | undefined
  readonly key: string
  readonly pending: readonly KeyInput[]
}

const NONE: readonly KeyInput[] = []

/** What a layer leaves for those above it. */
const leftBy = ({ layer, variant }: WorkLayer, { after }: LayerContent): readonly KeyInput[] =>
  after === undefined ? NONE : [{ kind: 'below', name: `${layer} ${variant}`, digest: after.slice(0, 16) }]

const keyOf = ({ key, pending }: Position, { layer }: WorkLayer, { digest }: LayerContent): string =>
  digestOf([key, ...pending.map((input) => input.digest), layer, digest])

/**
 * Puts all work items into one tree, in the order in which they come. Items that share layers as objects share the work
 * as well: what a layer does at a position is found out once.
 */
export const growTree = (items: readonly WorkItem[], facts: TreeFacts): LayerTree => {
  const prefixes: Prefix[] = []
  const known = new Map<string, number>()
  const left = new Map<WorkLayer, Map<LayerContent, readonly KeyInput[]>>()
  const place = (position: Position, layer: WorkLayer, platform: Platform): Position => {
    const content = facts.content(layer, platform)
    const byContent = remember(left, layer, () => new Map<LayerContent, readonly KeyInput[]>())
    const after = remember(byContent, content, () => leftBy(layer, content))
    if (content.steps === 0) return { ...position, pending: [...position.pending, ...after] }
    const key = keyOf(position, layer, content)
    const name = `${key} ${position.home}`
    const index = known.get(name) ?? prefixes.length
    if (index === prefixes.length) {
      const parent = position.prefix === undefined ? {} : { parent: position.prefix }
      prefixes.push({ ...parent, platform, layer, content, below: position.pending, key })
      known.set(name, index)
    }
    return { ...position, prefix: index, key, pending: after }
  }
  const starts = new Map<string, Map<Ground, Position>>()
  const steps = new Map<Position, Map<WorkLayer, Position>>()
  const tops = items.map((item) => {
    const ground = facts.ground(item)
    const home = facts.home(item)
    const atHome = remember(starts, home, () => new Map<Ground, Position>())
    const start = remember(atHome, ground, () => ({
      ...{ home, prefix: undefined, key: ground.digest, pending: ground.inputs },
    }))
    const climb = (position: Position, layer: WorkLayer): Position =>
      remember(
        remember(steps, position, () => new Map<WorkLayer, Position>()),
        layer,
        () => place(position, layer, item.platform),
      )
    return item.layers.reduce(climb, start).prefix
  })
  return { prefixes, tops }
}

/** The prefixes of a chain from the lowest to this one, as indices; none for a work item without steps. */
export const chainOf = (
  prefixes: readonly Pick<Prefix, 'parent'>[],
  top: number | null | undefined,
): readonly number[] => {
  const chain: number[] = []
  for (let index = top ?? undefined; index !== undefined; index = prefixes[index]?.parent) chain.push(index)
  return chain.reverse()
}

/** Everything that decides the steps of a prefix itself: what is left by the layers below, then its own. */
export const inputsOf = ({ below, content }: Prefix): readonly KeyInput[] => [...below, ...content.inputs]
