import { createHash } from 'node:crypto'
import type { Pool } from '../factory/factory.ts'
import type { ExcludedCombination, Expansion, WorkItem } from '../factory/work-item.ts'
import type { Platform } from '../oci/platform.ts'
import type { PlannedCache } from './cache.ts'
import { planLegs, type PlannedLeg } from './leg.ts'

/** An image that a base or a fragment names, resolved once for the whole run. */
export type PinnedImage = {
  /** As the user wrote it, arguments filled in. */
  readonly reference: string
  /** With its digest; the same as `reference` when the registry could not be asked. */
  readonly pinned: string
  /** `sha256:<hex>` */
  readonly digest?: string
  readonly platforms: readonly Platform[]
}

/** Everything a leg needs besides the checkout. Written to the plan file; `schema/plan.schema.json` describes it. */
export type Plan = {
  readonly version: 1
  /** ISO 8601, UTC. */
  readonly plannedAt: string
  /** First 16 hex of the SHA-256 over everything below. */
  readonly digest: string
  /** Path of the factory file. */
  readonly factory: string
  readonly name: string
  /** Build context, relative to the workspace. */
  readonly context: string
  readonly cache: PlannedCache
  readonly images: readonly PinnedImage[]
  readonly items: readonly WorkItem[]
  readonly legs: readonly PlannedLeg[]
  readonly excluded: readonly ExcludedCombination[]
  readonly aliases: Readonly<Record<string, readonly string[]>>
}

/** Name of the workflow artifact that holds the plan of that digest. */
export const planArtifactName = (digest: string): string => `strata-plan-${digest}`

/** What a plan is made of. */
export type PlanInput = Pick<Plan, 'plannedAt' | 'factory' | 'name' | 'context' | 'cache' | 'images'> & {
  readonly expansion: Expansion
  readonly pools: readonly Pool[]
}

/** Brings it all together and stamps it. The time is not part of the digest: equal content, equal digest. */
export const makePlan = ({ plannedAt, expansion, pools, ...given }: PlanInput): Plan => {
  const content = { ...given, items: expansion.items, excluded: expansion.excluded, aliases: expansion.aliases }
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
  const legs = planLegs(expansion.items, pools, { plannedAt, digest })
  return { version: 1, plannedAt, digest, ...content, legs }
}
