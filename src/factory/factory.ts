import type { Platform } from '../oci/platform.ts'
import type { Place } from '../problem.ts'
import type { LintLevels } from './lint-levels.ts'

/** JSON as it stands in a bake target. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** A text that may differ by platform. `any` holds for platforms that are not listed. */
export type ByPlatform = { readonly any?: string; readonly platforms: Readonly<Record<Platform, string>> }

/** The levels at which an argument can be given, weakest first. A value at a stronger level wins. */
export type ArgumentLevel = 'factory' | 'layer' | 'variant' | 'manifest'

/** A value for ARGs of its name, with the level and place it was given at. */
export type Argument = { readonly value: ByPlatform; readonly level: ArgumentLevel; readonly place: Place }

/** Which variants of a layer are meant: one of the names or globs, and none of `not`. */
export type Selector = { readonly any: readonly string[]; readonly not: readonly string[] }

/** What is run in an image before it is published: a program with arguments, or a script of the workspace. */
export type ImageTest = { readonly command: readonly string[] } | { readonly script: string }

/** One choice for a layer, with `extends` already resolved. Paths are relative to the workspace. */
export type LayerVariant = {
  readonly layer: string
  readonly name: string
  /** Base image; first layer only. */
  readonly from?: ByPlatform
  /** Path of the Dockerfile fragment. A variant without one adds nothing. */
  readonly fragment?: string
  readonly args: Readonly<Record<string, Argument>>
  /** Named contexts: a path relative to the workspace, or a URL, image or target that Buildx understands. */
  readonly contexts: Readonly<Record<string, string>>
  readonly accelerator?: string
  /** What other layers must be for this variant to be possible, by layer name. */
  readonly requires: Readonly<Record<string, Selector>>
  readonly test?: ImageTest
  /** Merged into the bake target as it is. */
  readonly bake: JsonObject
  readonly place: Place
}

/** A slot in the stack, with the choices for it. */
export type Layer = {
  readonly name: string
  /** Stable layers are a run from the bottom; they can be prewarmed. */
  readonly stable: boolean
  /** Period after which the layer's key rotates, or its probe is asked again, ms. */
  readonly maxAge?: number
  /** Command line that its own shell runs on it. With one, its key rotates only when what that prints changes. */
  readonly probe?: string
  readonly variants: readonly LayerVariant[]
  readonly place: Place
}

/** An entry under `manifests`, with `extends` already resolved: for each layer it names, which variants are wanted. */
export type ManifestEntry = {
  readonly name: string
  /** By layer name. Layers that are not named are left out. */
  readonly choices: Readonly<Record<string, Selector>>
  readonly version?: string
  readonly tags: readonly string[]
  readonly platforms?: readonly Platform[]
  readonly args: Readonly<Record<string, Argument>>
  readonly test?: ImageTest
  /** Name of the pool that builds and tests it on the pool's platform. */
  readonly testPool?: string
  readonly bake: JsonObject
  readonly place: Place
}

/** Combinations that match every selector of a rule are left out. */
export type ExcludeRule = {
  readonly layers: Readonly<Record<string, Selector>>
  readonly platforms?: Selector
  readonly reason: string
  readonly place: Place
}

/** Where legs run. The name is a platform, or a platform with an accelerator: `linux/amd64+cuda`. */
export type Pool = {
  readonly name: string
  readonly platform: Platform
  readonly accelerator?: string
  readonly runsOn: readonly string[]
  readonly builder?: PoolBuilder
  /** Repository of its own for the cache refs. */
  readonly cache?: string
}

/**
 * What builds in a pool: settings by the names of the inputs that the build action has for them, and as texts that these
 * inputs would take.
 */
export type PoolBuilder = Readonly<Record<string, string>>

/** What one cache ref holds: a shared prefix, a manifest, or everything of a platform. */
export type CacheStrategy = 'layer' | 'manifest' | 'platform'

/** Where and how build steps are cached. */
export type CacheSettings = {
  /** Absent for a registry where there is one, else for a folder. */
  readonly backend?: 'registry' | 'local' | 'gha' | 'inline'
  readonly strategy?: CacheStrategy
  /** Repository of the cache refs, without a tag. */
  readonly ref?: string
  /** Repository that branches and pull requests write. */
  readonly untrustedRef?: string
  /** Further repositories, in the order in which they are read. */
  readonly mirrors?: readonly CacheMirror[]
  /** Further sources, as Buildx takes them. */
  readonly from?: readonly string[]
  /** Folder of a local cache, absolute or relative to the workspace; absent for one of the machine's own. */
  readonly folder?: string
  /** Most that a local cache may hold, bytes. */
  readonly maxBytes?: number
}

/** A further repository that holds the same refs, for runners of another region or cluster. */
export type CacheMirror = { readonly ref: string; readonly read: boolean; readonly write: boolean }

/** Other numbers for some layers, platforms or branches. All selectors of a rule have to match. */
export type RetentionRule = {
  /** Absent: for the generation as a whole, all of its layers included. */
  readonly layers?: Selector
  readonly platforms?: Selector
  readonly branches?: Selector
  readonly keepLast?: number
  /** ms */
  readonly expireAfter?: number
}

/** What prune keeps. All times in ms. */
export type RetentionSettings = {
  /** Generations of every manifest, platform and protected branch. */
  readonly keepLast: number
  /** Nothing younger is touched. */
  readonly minAge: number
  /** Generations older than this go even if they are among the last; never the newest of a manifest that is built. */
  readonly expireAfter?: number
  /** Globs over manifest ids, tags and branches: what matches never goes. */
  readonly keep: readonly string[]
  /** What becomes of manifests and branches that are no more. */
  readonly removedManifests: 'keep' | 'prune'
  /** How long they stay, counted from the prune that first found them so. */
  readonly removedGrace: number
  /** What goes in one run at the most. */
  readonly maxDeletes?: number
  /** The last that matches holds. */
  readonly rules: readonly RetentionRule[]
}

/** The factory file, parsed and checked, with every `extends` resolved and every included file merged. */
export type Factory = {
  readonly name: string
  readonly registry?: string
  /** Template of an image's repository below the registry. */
  readonly image: string
  /** Templates of an image's tags; empty when the file gives none. */
  readonly tags: readonly string[]
  /** Template of the ids of expanded manifests. */
  readonly id: string
  readonly platforms: readonly Platform[]
  /** Build context, relative to the workspace. */
  readonly context: string
  readonly args: Readonly<Record<string, Argument>>
  /** Bottom to top. */
  readonly layers: readonly Layer[]
  readonly manifests: readonly ManifestEntry[]
  readonly exclude: readonly ExcludeRule[]
  readonly pools: readonly Pool[]
  readonly cache: CacheSettings
  readonly retention: RetentionSettings
  readonly lint: LintLevels
  readonly bake: JsonObject
  /** Path of the main file. */
  readonly file: string
}
