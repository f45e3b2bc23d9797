import type { ExcludedCombination } from '../factory/work-item.ts'
import type { Platform } from '../oci/platform.ts'
import type { CacheAccess } from '../plan/access.ts'
import type { RecordTest } from '../records/record.ts'

/** What became of one step of one work item. Texts and lines are those of the fragment; argument values are not here. */
export type StepReport = {
  readonly layer: string
  readonly variant: string
  /** Path of the fragment file. */
  readonly file: string
  /** First line of the instruction in the fragment file. */
  readonly line: number
  readonly text: string
  /** Digest of the BuildKit vertex; work items that share the step share it. Absent where BuildKit named none. */
  readonly vertex?: string
  /** `hit`: taken from cache · `run`: executed · `skipped`: never started because something before it failed. */
  readonly outcome: 'hit' | 'run' | 'failed' | 'canceled' | 'skipped'
  /** Time it ran, ms; 0 for a hit. */
  readonly execMs: number
  /** Time to load it from cache, with pulling, ms. */
  readonly loadMs: number
  /** Fetched from registries for it, bytes. */
  readonly downloadedBytes: number
}

/** One cache ref that a work item was told to write. */
export type CacheExport = { readonly ref: string; readonly written: boolean; readonly error?: string }

/** What became of one work item. */
export type WorkItemResult = {
  readonly manifestId: string
  readonly aliases: readonly string[]
  readonly platform: Platform
  readonly status: 'built' | 'failed' | 'canceled'
  /** References the image was pushed or loaded as. */
  readonly images: readonly string[]
  /** Digest of the platform's OCI manifest, `sha256:<hex>`; absent when nothing was exported. */
  readonly digest?: string
  /** Absent for an image without a test. One that failed its test has failed. */
  readonly test?: RecordTest
  readonly steps: readonly StepReport[]
  readonly totalSteps: number
  readonly cachedSteps: number
  /** 0 to 1; 1 when there are no steps. */
  readonly cacheHitRatio: number
  /** From its first to its last event, ms. */
  readonly durationMs: number
  readonly cacheFrom: readonly { readonly ref: string; readonly error?: string }[]
  readonly cacheTo: readonly CacheExport[]
  /** Why it failed, first line of what BuildKit said; with the step where it is known. */
  readonly error?: {
    readonly message: string
    readonly file?: string
    readonly line?: number
    readonly logTail: readonly string[]
  }
}

/** Steps that ran although the refs of their prefixes were there, and those refs. */
export type Disagreement = {
  /** Distinct steps. */
  readonly steps: number
  readonly refs: readonly {
    readonly ref: string
    readonly layer: string
    readonly variant: string
    /** Whether it was written again, with the steps that ran. */
    readonly written: boolean
  }[]
}

/** What became of one cache mount. */
export type CacheMountResult = {
  /** Id of the mount, with the settings that keep it apart. */
  readonly mount: string
  /** Layers whose steps use it. */
  readonly layers: readonly string[]
  /** Size of what was brought back, bytes; absent when nothing was kept. */
  readonly restoredBytes?: number
  /** Size of its files after the build, bytes; absent when no step used it or it was not looked at. */
  readonly bytes?: number
  /** What became of its files after the build. `unused`: no step with it ran. */
  readonly kept: 'saved' | 'unchanged' | 'unused' | 'read-only' | 'too-large' | 'failed'
  /** Time of the distinct steps that ran with it, ms. */
  readonly stepMs: number
  /** Time that these steps took when the mount was empty, ms; absent when that was never seen. */
  readonly emptyMs?: number
}

/** What keeping cache mounts cost and brought. */
export type CacheMountsResult = {
  /** Time to fetch files and put them into the builder, ms. */
  readonly restoreMs: number
  /** Time to take them out of the builder and store them, ms. */
  readonly saveMs: number
  /** What steps with filled mounts took less than with empty ones, ms; absent when that is not known. */
  readonly gainMs?: number
  readonly mounts: readonly CacheMountResult[]
}

/** What a leg did, as it is written to the results file. */
export type Results = {
  readonly version: 1
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly factory: string
  readonly name: string
  readonly leg?: string
  /** Kind of the leg; one of a wave builds prefixes, which stand where work items stand otherwise. */
  readonly kind?: 'wave' | 'build'
  readonly builder: {
    readonly name: string
    readonly driver: string
    readonly buildkit: string
    readonly buildx: string
  }
  readonly cache: { readonly strategy: string; readonly access: CacheAccess }
  /** Where a cache ref promised steps that BuildKit ran all the same. */
  readonly disagreed: Disagreement
  /** Absent when cache mounts are not kept, or nothing that uses one was cold. */
  readonly cacheMounts?: CacheMountsResult
  readonly items: readonly WorkItemResult[]
  /** Steps over all work items: each counts once for every work item it is part of. */
  readonly totalSteps: number
  readonly cachedSteps: number
  readonly cacheHitRatio: number
  /** Distinct steps that ran: one that several work items share counts once. */
  readonly stepsRun: number
  readonly excluded: readonly ExcludedCombination[]
}
