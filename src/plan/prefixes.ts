import type { LayerContent } from '../layers/layer-content.ts'
import type { KeyInput } from '../layers/key-input.ts'
import type { LayerTree } from '../layers/tree.ts'
import type { Platform } from '../oci/platform.ts'

/** What decides the steps of a layer, and how many it has. */
export type PrefixContent = Pick<LayerContent, 'steps' | 'inputs' | 'auxiliary' | 'unpinned'>

/**
 * What is known of a prefix's cache before the build. `warm`: its ref exists. `covered`: it does not, but that of a
 * prefix above it does and holds its steps, too. `cold`: its steps must run. `unknown`: nobody could be asked, or its
 * strategy does not tell.
 */
export type PrefixState = 'warm' | 'covered' | 'cold' | 'unknown'

/** A prefix as a plan knows it. */
export type PlannedPrefix = {
  /** Index of the prefix below. */
  readonly parent?: number
  readonly platform: Platform
  readonly layer: string
  readonly variant: string
  /** Index of the first work item that has it. */
  readonly item: number
  /** SHA-256 over everything that decides its steps and those below, 64 hex. */
  readonly key: string
  /** Tag of its cache ref; absent where the strategy is another than `layer`. */
  readonly tag?: string
  /** Index into the plan's contents. */
  readonly content: number
  /** What holds for it besides its own layer. */
  readonly below: readonly KeyInput[]
  readonly state: PrefixState
  /** Tags of refs that hold some of its steps: of a prefix above that covers it, or of this layer in an earlier plan. */
  readonly imports: readonly string[]
  /** Expected time of its own steps, ms. */
  readonly costMs: number
}

/** Everything that decides the steps of a planned prefix itself: what is left by the layers below, then its own. */
export const plannedInputs = (
  { below, content }: PlannedPrefix,
  contents: readonly PrefixContent[],
): readonly KeyInput[] => [...below, ...(contents[content]?.inputs ?? [])]

/** Which refs there are, and which earlier ones hold steps of the same layers. */
export type CacheKnowledge = {
  /** Tags of the cache repository; undefined when nobody could be asked. */
  readonly tags: ReadonlySet<string> | undefined
  /** Tags of the refs that the layers of a prefix had in an earlier plan, most promising first. */
  readonly earlier: (prefix: number) => readonly string[]
}

/** How many earlier refs are imported for a cold prefix. */
const MAX_EARLIER = 3

/** For each prefix the tag of a ref above it that exists, if there is one. */
const coveringTags = (
  { prefixes }: LayerTree,
  tags: readonly string[],
  known: ReadonlySet<string>,
): readonly (string | undefined)[] => {
  const covering: (string | undefined)[] = prefixes.map(() => undefined)
  for (let index = prefixes.length - 1; index >= 0; index--) {
    const parent = prefixes[index]?.parent
    if (parent === undefined) continue
    const own = tags[index]
    covering[parent] ??= own !== undefined && known.has(own) ? own : covering[index]
  }
  return covering
}

/** Most prefixes import nothing. */
const NONE: readonly string[] = []

/** The state of each prefix, and what helps where it is cold. */
export const cacheStates = (
  tree: LayerTree,
  tags: readonly string[],
  { tags: known, earlier }: CacheKnowledge,
): readonly Pick<PlannedPrefix, 'state' | 'imports'>[] => {
  if (known === undefined) return tree.prefixes.map((_, index) => ({ state: 'unknown', imports: earlier(index) }))
  const covering = coveringTags(tree, tags, known)
  return tree.prefixes.map((_, index) => {
    const cover = covering[index]
    if (known.has(tags[index] ?? '')) return { state: 'warm', imports: NONE }
    const before = earlier(index).filter((tag) => known.has(tag))
    if (cover !== undefined) return { state: 'covered', imports: [cover] }
    return { state: 'cold', imports: before.slice(0, MAX_EARLIER) }
  })
}

/** Whether the steps of a prefix have to run, as far as is known. */
export const mustRun = ({ state }: Pick<PlannedPrefix, 'state'>): boolean => state === 'cold' || state === 'unknown'
