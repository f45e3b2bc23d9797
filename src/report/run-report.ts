import type { HeldBack } from '../plan/plan.ts'
import type { Platform } from '../oci/platform.ts'
import type { MissReason } from '../records/reason.ts'
import type { RecordOutcome, RecordTest } from '../records/record.ts'

/** Counts of distinct steps: those that equal layers of several work items share count once. */
export type StepCounts = {
  /** Those that ran or came from cache. */
  readonly total: number
  readonly cached: number
}

/** A distinct step of the matrix. */
export type ReportStep = {
  readonly line: number
  readonly text: string
  /** The gravest that any leg met: it counts as run when any of them ran it. */
  readonly outcome: RecordOutcome
  /** Of the leg where it took longest, ms. */
  readonly execMs: number
  readonly loadMs: number
  /** Times it ran beyond the first, over all legs. */
  readonly repeats: number
}

/** A distinct prefix of the matrix: a layer on everything that is below it, on one platform. */
export type ReportPrefix = {
  readonly key: string
  /** Key of the prefix below, where that has steps. */
  readonly parent?: string
  readonly platform: Platform
  readonly layer: string
  readonly variant: string
  readonly file?: string
  readonly steps: readonly ReportStep[]
  /** Work items that have it. */
  readonly items: number
  /** Why it ran; absent when no step did. */
  readonly reason?: MissReason
  /** What its steps take when they run, ms: measured where they ever were, else guessed. */
  readonly costMs: number
}

/** A work item of the matrix. */
export type ReportItem = {
  readonly manifestId: string
  readonly aliases: readonly string[]
  readonly platform: Platform
  /** `missing`: it was planned, and no leg left a record of it. */
  readonly verdict: 'built' | 'failed' | 'canceled' | 'missing'
  /** What came of its test; absent where it has none. */
  readonly test?: RecordTest['verdict']
  readonly leg?: string
  readonly pool?: string
  readonly digest?: string
  readonly published: readonly string[]
  /** Key of its highest prefix; absent for one without steps. */
  readonly top?: string
  /** Variants, bottom to top. */
  readonly variants: readonly { readonly layer: string; readonly variant: string }[]
  readonly totalSteps: number
  readonly cachedSteps: number
  readonly durationMs: number
  /** The lowest layer that ran, and why, in a few words. */
  readonly firstMiss?: string
  readonly error?: string
}

/** Layers that ran for one cause: `core/0.2.0-cuda changed → 14 steps in 6 manifests`. */
export type MissGroup = {
  /** What happened, in a few words. */
  readonly title: string
  readonly kind: MissReason['kind']
  readonly evidence: readonly string[]
  /** Distinct steps that ran for it, their time in ms, and the manifests and work items that they are part of. */
  readonly steps: number
  readonly execMs: number
  readonly manifests: number
  readonly items: number
}

/** One job of the matrix. */
export type ReportLeg = {
  readonly id: string
  readonly name: string
  readonly kind: 'wave' | 'build'
  readonly pool?: string
  /** `missing`: it was planned, and left no record. */
  readonly status: 'built' | 'failed' | 'missing'
  readonly attempt: number
  /** ISO 8601, UTC. */
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly items: number
  readonly counts: StepCounts
  readonly emulated?: boolean
  /** What it did when, for a timeline: steps that took any time, and exports. */
  readonly spans: readonly {
    readonly label: string
    readonly outcome: RecordOutcome
    readonly startedAt: string
    readonly completedAt: string
  }[]
}

/** Import and export of a layer's cache against what it saved. */
export type CachePay = {
  readonly layer: string
  /** Loading and pulling what came from cache, ms. */
  readonly loadMs: number
  /** Writing its refs, ms. */
  readonly exportMs: number
  /** What the steps that came from cache would have taken, ms. */
  readonly savedMs: number
  /** Bytes that its refs added to the cache repository. */
  readonly addedBytes: number
}

/** A job of the workflow that the report waits for, and how it ended. */
export type ReportJob = {
  readonly name: string
  readonly result: 'success' | 'failure' | 'cancelled' | 'skipped'
}

/** What an earlier run did, for the trend. */
export type TrendPoint = {
  readonly startedAt: string
  readonly url?: string
  readonly hitRatio: number
  readonly stepsRun: number
  readonly stepsUnique: number
  /** From the first leg's start to the last one's end, ms. */
  readonly durationMs: number
}

/** What a whole run did: all its legs and attempts, the newest of each. */
export type RunReport = {
  readonly name: string
  readonly factory: string
  readonly url?: string
  readonly branch?: string
  readonly commit?: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  /** Distinct steps, and how many of them came from cache; the ratio of the two, 1 when there are none. */
  readonly counts: StepCounts
  readonly hitRatio: number
  /** Distinct steps that ran, and runs beyond the first of a step. */
  readonly stepsRun: number
  readonly repeats: number
  /** Step positions over all work items: what a matrix without any sharing would have run. */
  readonly positions: number
  /** Estimate of the step time that such a matrix would have taken beyond what was taken, ms, and what it rests on. */
  readonly savedMs: number
  readonly savedBasis: string
  readonly execMs: number
  readonly downloadedBytes: number
  readonly addedBytes: number
  /** Layers bottom to top, platforms in the order of the factory file. */
  readonly layers: readonly string[]
  readonly platforms: readonly Platform[]
  /** Parents before their children. */
  readonly prefixes: readonly ReportPrefix[]
  readonly items: readonly ReportItem[]
  /** The most steps first. */
  readonly misses: readonly MissGroup[]
  readonly pools: readonly { readonly pool: string; readonly counts: StepCounts }[]
  readonly legs: readonly ReportLeg[]
  /** Work items that this run left out, as they keep failing; absent without any. */
  readonly held?: readonly HeldBack[]
  /** Absent where input `needs` was not given. */
  readonly jobs?: readonly ReportJob[]
  readonly pays: readonly CachePay[]
  /** Earlier runs, oldest first, and this one last. */
  readonly trend: readonly TrendPoint[]
  /** Steps that ran although their key was equal and their ref was read: findings about the key scheme. */
  readonly disagreed: number
}

/** A report as it is written to its file; `schema/report.schema.json` describes it. */
export type RunReportFile = RunReport & { readonly version: 1 }
