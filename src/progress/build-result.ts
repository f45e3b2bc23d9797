import type { StitchedStep } from '../render/stitched.ts'
import type { Outcome } from './outcome.ts'

/** What became of one step of a target. Never holds the value of an argument: texts are those of the fragment. */
export type StepResult = {
  readonly step: StitchedStep
  readonly outcome: Outcome
  /** Time of execution, ms; 0 unless it ran or failed. */
  readonly execMs: number
  /** Time of reading the result from a cache and pulling its layers, ms; 0 unless it is a hit. */
  readonly loadMs: number
  readonly downloadedBytes: number
  /** Digests of the vertices that tell it from other steps: none when BuildKit never named it, several over several calls. */
  readonly digests: readonly string[]
  /** Whether it ran, but an earlier call had stopped it half-way because something else failed. Not a repeat. */
  readonly interrupted: boolean
  /**
   * RFC 3339; of the first and the last thing that happened to it. A hit whose layers are pulled late ends with the pull:
   * what of this span is not in `execMs` or `loadMs` it waited. Not there when nothing happened to it.
   */
  readonly startedAt?: string
  readonly completedAt?: string
}

/** What was read of an image that targets build on or copy from. */
export type ImagePull = {
  /** The reference with its digest, as BuildKit shows it. */
  readonly image: string
  /** Time BuildKit was at it, ms; for all platforms together. */
  readonly ms: number
  /** 0 when the builder had it. */
  readonly downloadedBytes: number
}

/** An import of a cache ref. One that failed did no harm: the build went on without it. */
export type CacheImport = { readonly ref: string; readonly ms: number; readonly error?: string }

/** An export. The stream does not name the ref of a cache export. */
export type Export = { readonly of: 'image' | 'cache'; readonly ms: number; readonly error?: string }

/** How many steps came from a cache. Steps that were skipped or canceled are in neither figure. */
export type Counts = {
  readonly cached: number
  /** cached, run and failed ones */
  readonly total: number
  /** cached / total; 1 when there are no steps. */
  readonly ratio: number
  /** ms */
  readonly execMs: number
}

/** What one target of the bake call did. A step that it shares with others is in the figures of each of them. */
export type TargetResult = {
  readonly target: string
  /** One for every step of the target's Dockerfile, in its order. */
  readonly steps: readonly StepResult[]
  readonly counts: Counts
  readonly imports: readonly CacheImport[]
  readonly exports: readonly Export[]
  /** Layers that came from registries, base image included. */
  readonly downloadedBytes: number
  /** RFC 3339; of the first and the last thing that happened. */
  readonly startedAt?: string
  readonly completedAt?: string
  /** Why it was not built. Cache imports and exports that failed are no reason, nor is a failure of another target. */
  readonly error?: string
  /** There when it was stopped because another target failed. */
  readonly canceled?: true
}

/** What a bake call did, or several that together were one build. */
export type BuildResult = {
  readonly targets: readonly TargetResult[]
  /** Every step once, however many targets share it. */
  readonly unique: Counts
  /** Every image once, however many targets need it, in the order of the stream. */
  readonly images: readonly ImagePull[]
  /** Every blob once. */
  readonly downloadedBytes: number
}

type Counted = Pick<StepResult, 'outcome' | 'execMs'>

/** Counts steps. A failed step is one that was not cached. */
export const countSteps = (steps: readonly Counted[]): Counts => {
  const cached = steps.filter(({ outcome }) => outcome === 'hit').length
  const total = steps.filter(({ outcome }) => outcome === 'hit' || outcome === 'run' || outcome === 'failed').length
  const execMs = steps.reduce((sum, step) => sum + step.execMs, 0)
  return { cached, total, ratio: total === 0 ? 1 : cached / total, execMs }
}

/** The step as it counts once: it was not cached if it ran for any of the targets that share it. */
const shared = (a: Counted, b: Counted): Counted => {
  const order: readonly Outcome[] = ['failed', 'run', 'hit', 'canceled', 'skipped']
  const outcome = order.find((candidate) => candidate === a.outcome || candidate === b.outcome) ?? a.outcome
  return { outcome, execMs: Math.max(a.execMs, b.execMs) }
}

/** Counts every step once: results that have a vertex in common, in whatever call, are one step. */
export const countUnique = (steps: readonly StepResult[]): Counts => {
  const groupOf = new Map<string, { counted: Counted; digests: string[] }>()
  for (const step of steps) {
    if (step.digests.length === 0) continue
    const met = new Set(step.digests.flatMap((digest) => groupOf.get(digest) ?? []))
    const group = {
      counted: [...met].reduce<Counted>((counted, other) => shared(counted, other.counted), step),
      digests: [...new Set([...step.digests, ...[...met].flatMap((other) => other.digests)])],
    }
    for (const digest of group.digests) groupOf.set(digest, group)
  }
  return countSteps([...new Set(groupOf.values())].map((group) => group.counted))
}
