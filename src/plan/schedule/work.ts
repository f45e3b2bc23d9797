/** A cold prefix that has to be built: its own steps, without those of its parent. */
export type WorkNode = {
  /** Stable: the content key. */
  readonly id: string
  /** Index of the prefix below, always smaller than its own; absent when that one is warm, or there is none. */
  readonly parent?: number
  /** The same as its parent's. */
  readonly pool: string
  /** What its own steps take, in ms. */
  readonly cost: number
  /** Disk that its layers take, in bytes. */
  readonly bytes: number
}

/** A work item. */
export type WorkLeaf = {
  /** Manifest and platform: stable. */
  readonly id: string
  /** Index of its highest cold prefix; absent when all of it is warm. */
  readonly node?: number
  readonly pool: string
  /** What it takes besides steps, in ms: load, pull, push. */
  readonly cost: number
  /** Disk that it takes besides its prefixes, in bytes. */
  readonly bytes: number
}

/** How often a step may run: see DESIGN.md, section 4, "Across legs". */
export type RepeatRule = 'never' | 'cheap' | 'free'

/** What a schedule has to keep to. Limits are for one leg; a single item that is over one gets a leg all the same. */
export type ScheduleOptions = {
  /** Legs of one matrix output. More legs than that come in shards, which are made elsewhere. */
  readonly maxLegs: number
  /** Legs that run at the same time, over all pools. */
  readonly maxParallel: number
  /** How long a leg may take, its start included, in ms. */
  readonly maxLegMs: number
  readonly maxLegBytes: number
  /** Leaves and nodes that are built in one leg. */
  readonly maxLegTargets: number
  /** Waves before the final build: at most that many, or whatever is best. */
  readonly waves: 'auto' | 0 | 1 | 2 | 3
  readonly repeat: RepeatRule
  /** What a leg takes before it builds anything, in ms. */
  readonly legStartMs: number
}

/** A leg of a schedule. Pool, phase and slot are its identity. Leaves and nodes are indexes into the input, ascending. */
export type ScheduledLeg = {
  readonly pool: string
  /** Number within pool and phase; it stays when other work comes or goes. */
  readonly slot: number
  /** Work items it builds; none in a wave. */
  readonly leaves: readonly number[]
  /** Cold nodes it builds. */
  readonly nodes: readonly number[]
  /** Of these, those that another leg builds as well, and writes. */
  readonly repeats: readonly number[]
  /** What all of it takes, without the leg's start, in ms. */
  readonly loadMs: number
}

/** A node that runs in more than one leg. */
export type RepeatedNode = {
  readonly node: number
  /** Runs beyond the first. */
  readonly extra: number
  /** What they take together, in ms. */
  readonly costMs: number
}

/** Who builds what, and when. Phases follow each other: every wave, then the final build. Times in ms. */
export type Schedule = {
  /** At most three, none empty. The legs of a phase stand in the order in which they should start, longest first. */
  readonly waves: readonly (readonly ScheduledLeg[])[]
  /** The final build: every leaf is in exactly one of them. */
  readonly legs: readonly ScheduledLeg[]
  readonly repeated: readonly RepeatedNode[]
  /** From the first start to the last end: the sum over the phases. */
  readonly makespanMs: number
  /** No schedule takes less. */
  readonly lowerBoundMs: number
  /** Sum over all legs, starts included. */
  readonly runnerMs: number
}
