import { createHash } from 'node:crypto'
import type { Pool, PoolBuilder } from '../factory/factory.ts'
import type { LintLevels } from '../factory/lint-levels.ts'
import type { ExcludedCombination, WorkItem, WorkLayer } from '../factory/work-item.ts'
import type { ImageKey } from '../layers/image-key.ts'
import type { Platform } from '../oci/platform.ts'
import type { PlannedCache } from './cache.ts'
import type { PlanForecast } from './forecast.ts'
import type { PinnedImage } from './images.ts'
import { planLegs, type PlannedLeg } from './leg.ts'
import { createItemEncoder } from './planned-items.ts'
import type { PlannedPrefix, PrefixContent } from './prefixes.ts'
import type { PlannedProbe } from './probes.ts'
import type { Schedule } from './schedule/work.ts'

/** A file of a build context, by `<mode> <first 16 hex of the SHA-256 of its content>`. */
export type PlannedFiles = Readonly<Record<string, string>>

/** A work item that is not built, since its image is there already. */
export type UnchangedItem = {
  readonly manifestId: string
  readonly platform: Platform
  /** Where it was found, by its key: `ghcr.io/acme/llm-factory:key-3f9c0a1b2c3d4e5f`. */
  readonly image: string
  /** What its manifest is published as; absent unless images are pushed by digest, for `publish` to tag. */
  readonly subject?: ImageSubject
}

/** What the finished image of a manifest is, on any platform. */
export type ImageSubject = Pick<WorkItem, 'image' | 'tags' | 'version'> & {
  /** Bottom to top. */
  readonly layers: readonly Pick<WorkLayer, 'layer' | 'variant' | 'from'>[]
}

/** Everything a leg needs besides the checkout. */
export type Plan = {
  readonly version: 2
  /** ISO 8601, UTC. */
  readonly plannedAt: string
  /** First 16 hex of the SHA-256 over everything below. */
  readonly digest: string
  /** Path of the factory file. */
  readonly factory: string
  readonly name: string
  /** Whether it is for stable prefixes alone: its work items end with them and have no image. Absent if not. */
  readonly prewarm?: boolean
  /** Whether it is for one work item that is built twice, from cache and without, to be compared. Absent if not. */
  readonly canary?: boolean
  /** What is asked of prefixes, where it is for that alone: nothing is built. Absent if not. */
  readonly probes?: readonly PlannedProbe[]
  /** Build context, relative to the workspace. */
  readonly context: string
  readonly cache: PlannedCache
  /** What builds in pools that say so, by name. */
  readonly builders: Readonly<Record<string, PoolBuilder>>
  readonly images: readonly PinnedImage[]
  readonly items: readonly WorkItem[]
  /** For each work item the index of its highest prefix; null for one without any step. */
  readonly tops: readonly (number | null)[]
  /** For each work item what its image is made of, to be compared with those of another plan. */
  readonly imageKeys: readonly ImageKey[]
  /** Prefixes of all work items, parents before their children. */
  readonly prefixes: readonly PlannedPrefix[]
  /** What prefixes are made of; many have the same. */
  readonly contents: readonly PrefixContent[]
  /** Files that steps take from contexts, by folder relative to the workspace and by path in it. */
  readonly files: Readonly<Record<string, PlannedFiles>>
  /** For each wave its legs. They build prefixes, and no images. */
  readonly waves: readonly (readonly PlannedLeg[])[]
  /** Legs of the final build. Every work item is in exactly one. */
  readonly legs: readonly PlannedLeg[]
  readonly forecast: PlanForecast
  readonly excluded: readonly ExcludedCombination[]
  readonly aliases: Readonly<Record<string, readonly string[]>>
  readonly unchanged: readonly UnchangedItem[]
  /** For each work item the key that its image is published under, 64 hex; absent unless input `skip-unchanged` is on. */
  readonly publishedKeys?: readonly string[]
  /**
   * Work items, by index, whose newest record on this branch has the same keys: building them makes no new generation.
   * Absent without any.
   */
  readonly recorded?: readonly number[]
  /** How often prefixes failed in a row in scheduled runs, by key; absent without any. */
  readonly failures?: Readonly<Record<string, number>>
  /** Work items that are left out, as a prefix of them keeps failing; absent without any. */
  readonly held?: readonly HeldBack[]
  /** Levels of the linter that the factory file asks for; absent without any. */
  readonly lint?: LintLevels
  /** Work items whose manifest is in the plan on another platform alone, by choice of `scope`; absent without any. */
  readonly leftOut?: readonly Pick<WorkItem, 'manifestId' | 'platform'>[]
}

/** A work item that a scheduled run leaves out. */
export type HeldBack = {
  readonly manifestId: string
  readonly platform: Platform
  /** The layer that failed. */
  readonly layer: string
  readonly variant: string
  /** How often in a row. */
  readonly times: number
  /** `GITHUB_RUN_NUMBER` of the run that tries again. */
  readonly nextRun: number
  readonly message: string
  /** Of the run that failed last. */
  readonly url?: string
}

/** Name of the workflow artifact that holds the plan of that digest. */
export const planArtifactName = (digest: string): string => `strata-plan-${digest}`

/** What a plan is made of. */
export type PlanInput = Omit<Plan, 'version' | 'digest' | 'waves' | 'legs'> & {
  readonly schedule: Pick<Schedule, 'waves' | 'legs'>
  readonly pools: readonly Pool[]
}

/** The builders of those pools that have one. */
export const buildersOf = (pools: readonly Pool[]): Plan['builders'] =>
  Object.fromEntries(pools.flatMap(({ name, builder }) => (builder === undefined ? [] : [[name, builder]])))

/** First 16 hex of the SHA-256 over what a plan is made of. */
const digestContent = ({ items, ...content }: Omit<PlanInput, 'plannedAt' | 'pools'>): string => {
  const hash = createHash('sha256')
  const { layers, encode } = createItemEncoder(items)
  // Piece by piece: the text of a large plan as a whole would not fit into one string.
  for (const [name, value] of Object.entries({ ...content, layers })) {
    hash.update(name)
    for (const part of Array.isArray(value) ? (value as readonly unknown[]) : [value]) hash.update(JSON.stringify(part))
  }
  for (const item of items) hash.update(JSON.stringify(encode(item)))
  return hash.digest('hex').slice(0, 16)
}

/** Brings it all together and stamps it. The time is not part of the digest: equal content, equal digest. */
export const makePlan = ({ plannedAt, schedule, pools, ...content }: PlanInput): Plan => {
  const digest = digestContent({ ...content, schedule })
  const { waves, legs } = planLegs(content, schedule, pools, { plannedAt, digest })
  return { version: 2, plannedAt, digest, ...content, waves, legs }
}
