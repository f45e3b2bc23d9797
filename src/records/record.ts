import type { KeyInput } from '../layers/key-input.ts'
import type { Platform } from '../oci/platform.ts'
import type { MissReason } from './reason.ts'

/** What became of a step: taken from cache, executed, failed, stopped because something else failed, never started. */
export type RecordOutcome = 'hit' | 'run' | 'failed' | 'canceled' | 'skipped'

/** One step of a layer. Its place in the list of the layer's steps, with the layer's key, says which step it is. */
export type RecordStep = {
  /** First line of the instruction in the fragment file. */
  readonly line: number
  /** The instruction as it stands in the fragment. */
  readonly text: string
  readonly outcome: RecordOutcome
  /** Time it ran, ms; 0 for a hit. */
  readonly execMs: number
  /** Time to load it from cache, with pulling, ms. */
  readonly loadMs: number
  /** Fetched from registries for it, bytes. */
  readonly downloadedBytes: number
  /** ISO 8601, UTC; absent where it never started. */
  readonly startedAt?: string
  readonly completedAt?: string
}

/** What a fragment said, for the next run to compare with. */
export type RecordFragment = {
  /** Path of the file. */
  readonly file: string
  /** First 16 hex of the SHA-256 over its instructions as BuildKit takes them. */
  readonly digest: string
  /** Its text, without the defaults of its arguments; absent when it is too long to keep. */
  readonly text?: string
}

/** Files that an input of kind `files` takes: `<mode> <first 16 hex of SHA-256>` by path from the workspace. */
export type RecordFiles = Readonly<Record<string, string>>

/** What the probe of a layer said. */
export type RecordProbe = {
  /** First 16 hex of the SHA-256 over what it printed. */
  readonly digest: string
  /** ISO 8601, UTC. */
  readonly at: string
}

/** One layer of a work item, in one run. */
export type RecordLayer = {
  readonly layer: string
  readonly variant: string
  readonly fragment?: RecordFragment
  /** SHA-256 over everything that decides its steps and those below, 64 hex; absent for a layer without steps. */
  readonly key?: string
  /** Its cache ref; absent where refs are not named by content. */
  readonly ref?: string
  /** Since when what it fetches counts as fresh, ISO 8601, UTC; absent for a layer without an age. */
  readonly epoch?: string
  /** What its probe said of it in this run; absent where none was asked. */
  readonly probe?: RecordProbe
  /** What decides its own steps, what lower layers leave for it included. */
  readonly inputs: readonly KeyInput[]
  /** For each input of kind `files`, by name, what it takes; absent where that is too much to list. */
  readonly files?: Readonly<Record<string, RecordFiles>>
  /** Expected time of its steps, ms, and the share of it that was measured in earlier runs, 0 to 1. */
  readonly costMs: number
  readonly measured: number
  readonly steps: readonly RecordStep[]
  /** Why a step ran; absent when none did. */
  readonly reason?: MissReason
}

/** A cache ref that was read. */
export type RecordRead = { readonly ref: string; readonly ms?: number; readonly error?: string }

/** A cache ref that was to be written. */
export type RecordWrite = {
  readonly ref: string
  readonly layer?: string
  readonly written: boolean
  /** Of the OCI manifest that was written, `sha256:<hex>`. */
  readonly digest?: string
  /** Layers and config of what was written, bytes. */
  readonly bytes?: number
  /** What of it was not in the cache repository before this leg, bytes: what it added there. */
  readonly addedBytes?: number
  readonly ms?: number
  readonly error?: string
}

/** The run and the job that a record comes from. */
export type RecordRun = {
  /** `GITHUB_RUN_ID`; absent outside GitHub, as are all below but leg and kind. */
  readonly id?: string
  /** `GITHUB_RUN_NUMBER`: counts the runs of its workflow. */
  readonly number?: number
  /** `GITHUB_RUN_ATTEMPT` */
  readonly attempt?: number
  readonly url?: string
  readonly workflow?: string
  readonly event?: string
  /** Branch, without `refs/heads/`; absent for tags and pull requests. */
  readonly branch?: string
  readonly commit?: string
  /** Id and name of the leg; absent for a job that builds everything. */
  readonly leg?: string
  readonly legName?: string
  readonly pool?: string
  /** ISO 8601, UTC: when the leg started and finished. */
  readonly startedAt: string
  readonly finishedAt: string
}

/** What built it. */
export type RecordBuilder = {
  readonly name: string
  readonly driver: string
  readonly buildkit: string
  readonly buildx: string
  /** Whether an emulator ran its steps; absent where that is not known. */
  readonly emulated?: boolean
}

/** An image that a work item is built on or takes files from, as it was pinned. */
export type RecordImage = {
  /** As the user wrote it. */
  readonly reference: string
  /** `sha256:<hex>`, of the index where there is one. */
  readonly digest?: string
  /** What it was on the platform, as far as that is known: digest over filesystem layers and settings, 64 hex. */
  readonly content?: string
  /** Size of its compressed filesystem layers. */
  readonly bytes?: number
}

/** What came of the test of an image. `skipped`: it has one that was not run, so nothing is known of it. */
export type RecordTest = {
  readonly verdict: 'passed' | 'failed' | 'skipped'
  /** Last lines of what it printed, secrets masked; empty where BuildKit had its result. */
  readonly logTail: readonly string[]
  readonly ms: number
}

/**
 * A compatibility record: what one work item, or one prefix in a wave, did in one run. A file of records holds one in
 * each line (JSON lines).
 */
export type CompatibilityRecord = {
  readonly version: 1
  /** A `prefix` is built in a wave: it has no image, and its id is `<layer>-<variant>-<8 hex of its key>`. */
  readonly kind: 'work-item' | 'prefix'
  /** As it is printed in every log, tag and record. */
  readonly manifest_id: string
  readonly aliases: readonly string[]
  readonly platform: Platform
  /** Path of the factory file, and the factory's name. */
  readonly factory: string
  readonly name: string
  /** The manifest's own version. */
  readonly manifestVersion?: string
  readonly run: RecordRun
  readonly builder: RecordBuilder
  readonly strategy: string
  /** Images that it is built on or takes files from, as they were pinned. */
  readonly images: readonly RecordImage[]
  readonly verdict: 'built' | 'failed' | 'canceled'
  /** In a scheduled run, how often in a row the step that failed did so with nothing changed, this time included. */
  readonly failures?: number
  /** References the image was pushed or loaded as, and the digest of its OCI manifest. */
  readonly published: readonly string[]
  readonly digest?: string
  /** Everything that reaches its image, as one word; absent for a prefix. */
  readonly imageKey?: string
  /** Absent for an image without a test. */
  readonly test?: RecordTest
  /** Bottom to top. */
  readonly layers: readonly RecordLayer[]
  readonly cacheFrom: readonly RecordRead[]
  readonly cacheTo: readonly RecordWrite[]
  /** Steps: all but those that were skipped or canceled, and those of them that came from cache. */
  readonly totalSteps: number
  readonly cachedSteps: number
  /** From its first to its last event, ms. */
  readonly durationMs: number
  /** Layers that came from registries, those of the base included, bytes. */
  readonly downloadedBytes: number
  /** Export of image and cache, ms. */
  readonly exportMs: number
  readonly error?: {
    readonly message: string
    readonly file?: string
    readonly line?: number
    /** Last lines of the log of what failed, secrets masked. */
    readonly logTail: readonly string[]
  }
}
