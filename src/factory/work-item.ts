import type { Platform } from '../oci/platform.ts'
import type { Place } from '../problem.ts'
import type { ArgumentLevel, ImageTest, JsonObject } from './factory.ts'

/** An argument's value on one platform. */
export type WorkArgument = { readonly value: string; readonly level: ArgumentLevel; readonly place: Place }

/** One layer of a work item: the variant chosen for it, seen on one platform. */
export type WorkLayer = {
  readonly layer: string
  readonly variant: string
  /** Base image as the user wrote it; lowest layer only. */
  readonly from?: string
  readonly fragment?: string
  /** Values for the fragment's ARGs. Those of level `variant` must be declared there; others are used where declared. */
  readonly args: Readonly<Record<string, WorkArgument>>
  readonly contexts: Readonly<Record<string, string>>
  /**
   * Since when what it fetches counts as fresh, ISO 8601, UTC: another time makes other steps. A plan sets it for layers
   * with an age and for those that were refreshed.
   */
  readonly epoch?: string
  readonly place: Place
}

/** What is built: one manifest on one platform. */
export type WorkItem = {
  readonly manifestId: string
  readonly platform: Platform
  /** Bottom to top; the layers that the manifest leaves out are not there. */
  readonly layers: readonly WorkLayer[]
  /** Repository with its registry where there is one: `ghcr.io/acme/llm-factory`. */
  readonly image: string
  /** Tags of the finished multi-platform image, in order, with those of all aliases; `{sha}` and such are in them still. */
  readonly tags: readonly string[]
  readonly version?: string
  readonly accelerator?: string
  /** Name of the pool whose runners build it, where the factory file has one. */
  readonly pool?: string
  /** What is run in the image before it is published, in order; absent when it has no test. */
  readonly tests?: readonly ImageTest[]
  readonly bake: JsonObject
}

/** What tells a work item from all others, in one plan and from one plan to the next: `<manifest_id> <platform>`. */
export const workItemName = ({ manifestId, platform }: Pick<WorkItem, 'manifestId' | 'platform'>): string =>
  `${manifestId} ${platform}`

/** A combination that was left out, and the rule that left it out. */
export type ExcludedCombination = {
  /** The id it would have had. */
  readonly manifestId: string
  readonly platform?: Platform
  readonly reason: string
  readonly place: Place
}

/** What a factory file asks for, in stable order: manifests as they stand in the file, platforms within them. */
export type Expansion = {
  readonly items: readonly WorkItem[]
  readonly excluded: readonly ExcludedCombination[]
  /** Further ids of the same combination, by the id that is built. */
  readonly aliases: Readonly<Record<string, readonly string[]>>
}
