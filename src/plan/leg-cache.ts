/** How much of a build a cache ref holds: `max` keeps the steps of auxiliary stages, too. */
export type CacheMode = 'min' | 'max'

/** A prefix of a leg's work items, as the leg itself sees it. */
export type LegPrefix = {
  /** SHA-256 over everything that decides its steps and those below, 64 hex. */
  readonly key: string
  /** Its cache ref, where it is written. */
  readonly ref: string
  /** Its refs in further repositories, which are read as well. */
  readonly elsewhere: readonly string[]
  /** Refs that get what its own gets; absent without any. */
  readonly mirrors?: readonly string[]
  readonly layer: string
  readonly variant: string
  /** Stage of the stitched Dockerfile that ends with it. */
  readonly stage: string
  readonly mode: CacheMode
  /** Whether this leg writes its ref where it is not there. */
  readonly writes: boolean
  /** Refs that hold some of its steps, for when its own is not there. */
  readonly imports: readonly string[]
  /** The wave leg that was to build it. */
  readonly wave?: { readonly id: string; readonly name: string }
}

/** The prefixes of one work item, the lowest first. */
export type LegChain = readonly LegPrefix[]

/** One ref that a target writes. */
export type CacheWrite = {
  readonly ref: string
  readonly mode: CacheMode
  /** Further refs that get the same. */
  readonly mirrors?: readonly string[]
}

/** What is written for a prefix. */
export const writeOf = ({ ref, mode, mirrors }: LegPrefix): CacheWrite => ({
  ...{ ref, mode },
  ...(mirrors === undefined ? {} : { mirrors }),
})

/** What the target of a work item reads and writes. */
export type ItemRefs = { readonly from: readonly string[]; readonly to: readonly CacheWrite[] }

/** A target of its own for a ref that no work item ends with. It is built of the Dockerfile of one that has it. */
export type PrefixWrite = CacheWrite & {
  readonly prefix: LegPrefix
  /** Index of the work item. */
  readonly item: number
  readonly from: readonly string[]
}

/** What the targets of a leg read and write. Each ref is written by one target only. */
export type LegRefs = {
  /** In the order of the work items. */
  readonly items: readonly ItemRefs[]
  readonly prefixes: readonly PrefixWrite[]
}

/** Index of the highest prefix of a chain whose own ref exists; -1 when none does. */
export const highestWarm = (chain: LegChain, exists: (ref: string) => boolean): number =>
  chain.findLastIndex(({ ref }) => exists(ref))

/** Index of the highest prefix of a chain that some repository has; -1 when none does. */
export const highestReadable = (chain: LegChain, exists: (ref: string) => boolean): number =>
  chain.findLastIndex(({ ref, elsewhere }) => [ref, ...elsewhere].some(exists))

/** Refs that hold the most of a chain: of its own repository, and of a further one if that has more. */
const highestRefs = (chain: LegChain, exists: (ref: string) => boolean): readonly string[] => {
  const [warm, readable] = [highestWarm(chain, exists), highestReadable(chain, exists)]
  const own = chain[warm] === undefined ? [] : [chain[warm].ref]
  return readable === warm ? own : [...own, ...(chain[readable]?.elsewhere.filter(exists).slice(0, 1) ?? [])]
}

/**
 * What a leg with content-named refs reads and writes, when `exists` says which refs there are at its start. A work item
 * imports the highest ref of its chain, which holds all that is below, and for each prefix above whatever else holds some
 * of its steps. What only a further repository has is imported from there and exported to its own, without steps run.
 */
export const decideRefs = (
  chains: readonly LegChain[],
  exists: (ref: string) => boolean,
  access: { readonly read: boolean; readonly write: boolean },
): LegRefs => {
  const writers = new Set<string>()
  const prefixes: PrefixWrite[] = []
  const plans = chains.map((chain) => {
    const warm = access.read ? highestWarm(chain, exists) : -1
    const missing = chain.slice(warm + 1)
    const found = highestRefs(chain, exists)
    const from = access.read ? [...new Set([...found, ...missing.flatMap(({ imports }) => imports)])] : []
    return { chain, missing, from }
  })
  // A work item that ends with a prefix writes its ref, which saves a target of its own.
  const tops = plans.map(({ chain, missing }): readonly CacheWrite[] => {
    const top = missing.at(-1)
    if (!access.write || top?.writes !== true || top !== chain.at(-1) || writers.has(top.ref)) return []
    writers.add(top.ref)
    return [writeOf(top)]
  })
  for (const [item, { missing, from }] of plans.entries()) {
    for (const prefix of missing) {
      if (!access.write || !prefix.writes || writers.has(prefix.ref)) continue
      writers.add(prefix.ref)
      prefixes.push({ ...writeOf(prefix), prefix, item, from })
    }
  }
  return { items: plans.map(({ from }, item) => ({ from, to: tops[item] ?? [] })), prefixes }
}

/** Steps that ran in a layer of a work item. */
export type RanIn = (item: number, layer: string) => boolean

/**
 * Prefixes whose ref was there and promised their steps, and a step ran all the same: BuildKit disagreed. Of a chain they
 * are the one with the step and all warm ones above, since their refs hold that step, too; each with a work item.
 */
export const disagreements = (
  chains: readonly LegChain[],
  exists: (ref: string) => boolean,
  ranIn: RanIn,
): readonly { readonly prefix: LegPrefix; readonly item: number }[] => {
  const found = new Map<string, { readonly prefix: LegPrefix; readonly item: number }>()
  for (const [item, chain] of chains.entries()) {
    const promised = chain.slice(0, highestWarm(chain, exists) + 1)
    const first = promised.findIndex(({ layer }) => ranIn(item, layer))
    for (const prefix of first === -1 ? [] : promised.slice(first)) {
      if (!found.has(prefix.ref)) found.set(prefix.ref, { prefix, item })
    }
  }
  return [...found.values()]
}
