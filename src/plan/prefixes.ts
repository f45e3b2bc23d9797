import type { LayerContent } from '../layers/layer-content.ts'
import type { KeyInput } from '../layers/key-input.ts'
import type { LayerTree } from '../layers/tree.ts'
import type { Platform } from '../oci/platform.ts'
import type { MissReason } from '../records/reason.ts'

/** What decides the steps of a layer, and how many it has. */
export type PrefixContent = Pick<LayerContent, 'steps' | 'inputs' | 'auxiliary' | 'unpinned'>

/**
 * What is known of a prefix's cache before the build. `warm`: its ref exists. `covered`: it does not, but another that is
 * read holds its steps, too: of a prefix above it, or its own in a further repository. `cold`: its steps must run.
 * `unknown`: nobody could be asked, or its strategy does not tell.
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
  /** Tag of its cache refs, in each repository of its work items; absent where the strategy is another than `layer`. */
  readonly tag?: string
  /** Index into the plan's contents. */
  readonly content: number
  /** What holds for it besides its own layer. */
  readonly below: readonly KeyInput[]
  readonly state: PrefixState
  /** Refs that hold some of its steps: one that covers it, or those of this layer in earlier builds. */
  readonly imports: readonly string[]
  /** Expected time of its own steps, ms. */
  readonly costMs: number
  /** Share of that time that was measured in earlier builds, 0 to 1. */
  readonly measured: number
  /** Why it must run, as far as records of earlier builds tell; absent where it need not. */
  readonly reason?: MissReason
}

/** Everything that decides the steps of a planned prefix itself: what is left by the layers below, then its own. */
export const plannedInputs = (
  { below, content }: PlannedPrefix,
  contents: readonly PrefixContent[],
): readonly KeyInput[] => [...below, ...(contents[content]?.inputs ?? [])]

/** Which refs there are, and which earlier ones hold steps of the same layers. */
export type CacheKnowledge = {
  /** Whether there is such a ref; undefined when nobody could be asked. */
  readonly exists: (ref: string) => boolean | undefined
  /** Refs that the layers of a prefix had in earlier builds. */
  readonly earlier: (prefix: number) => readonly string[]
}

/** How many earlier refs are imported for a cold prefix. */
const MAX_EARLIER = 3

/** What is said of a prefix by its cache. */
type CacheState = Pick<PlannedPrefix, 'state' | 'imports'>

/** For each prefix a ref in one of its repositories that holds its steps: the highest that exists, if there is one. */
const holdingRefs = (
  { prefixes }: LayerTree,
  refOf: (prefix: number) => string | undefined,
  exists: CacheKnowledge['exists'],
): { readonly own: readonly (string | undefined)[]; readonly above: readonly (string | undefined)[] } => {
  const own = prefixes.map((_, index) => {
    const ref = refOf(index)
    return ref !== undefined && exists(ref) === true ? ref : undefined
  })
  const above: (string | undefined)[] = prefixes.map(() => undefined)
  for (let index = prefixes.length - 1; index >= 0; index--) {
    const parent = prefixes[index]?.parent
    if (parent !== undefined) above[parent] ??= own[index] ?? above[index]
  }
  return { own, above }
}

/** Most prefixes import nothing. */
const NONE: readonly string[] = []

/**
 * The state of each prefix, and what helps where it is not warm. `refs` are its refs in the repositories that are read,
 * its own first.
 */
export const cacheStates = (
  tree: LayerTree,
  refs: readonly (readonly string[])[],
  { exists, earlier }: CacheKnowledge,
): readonly CacheState[] => {
  const most = refs.reduce((count, { length }) => Math.max(count, length), 0)
  const [home, ...further] = Array.from({ length: most }, (_, position) =>
    holdingRefs(tree, (prefix) => refs[prefix]?.[position], exists),
  )
  return tree.prefixes.map((_, index): CacheState => {
    if (home?.own[index] !== undefined) return { state: 'warm', imports: NONE }
    const elsewhere = further.flatMap(({ own, above }) => [own[index], above[index]])
    const cover = [home?.above[index], ...elsewhere].find((ref) => ref !== undefined)
    if (cover !== undefined) return { state: 'covered', imports: [cover] }
    const before = earlier(index)
    if (refs[index]?.some((ref) => exists(ref) === undefined) === true) {
      return { state: 'unknown', imports: before.filter((ref) => exists(ref) !== false) }
    }
    return { state: 'cold', imports: before.filter((ref) => exists(ref) === true).slice(0, MAX_EARLIER) }
  })
}

/** Whether the steps of a prefix have to run, as far as is known. */
export const mustRun = ({ state }: Pick<PlannedPrefix, 'state'>): boolean => state === 'cold' || state === 'unknown'
