import type { Pool } from '../factory/factory.ts'
import type { WorkItem } from '../factory/work-item.ts'
import { platformSlug, type Platform } from '../oci/platform.ts'

/** One job of a matrix, as small as an output must be: everything else is in the plan file, found by `id`. */
export type Leg = {
  readonly id: string
  /** Short, unique and stable: `amd64 · llm_factory`. */
  readonly name: string
  readonly kind: 'build'
  readonly platform: Platform
  /** Name of the pool: a platform, or `linux/amd64+cuda`. */
  readonly pool: string
  readonly 'runs-on': string | readonly string[]
  /** ISO 8601, UTC. */
  readonly 'planned-at': string
  /** First 16 hex of the plan's digest. */
  readonly 'plan-digest': string
}

/** A leg and the work items it builds, by index into the plan's list. */
export type PlannedLeg = { readonly leg: Leg; readonly items: readonly number[] }

/** Where legs run when the factory file says nothing: amd64 runners, which emulate other platforms. */
const DEFAULT_RUNNER = 'ubuntu-24.04'

const runnersOf = (pool: Pool | undefined, pools: readonly Pool[]): string | readonly string[] => {
  const labels = (pool ?? pools.find(({ name }) => name === 'linux/amd64'))?.runsOn ?? [DEFAULT_RUNNER]
  return labels.length === 1 ? (labels[0] ?? DEFAULT_RUNNER) : labels
}

/** `linux/amd64` is said as `amd64`, `linux/arm/v7` as `arm/v7`; another system keeps its name. */
const shortPlatform = (platform: Platform): string => platform.replace(/^linux\//, '')

/** What identifies a plan in its legs. */
export type PlanStamp = { readonly plannedAt: string; readonly digest: string }

/** One leg for each work item. Ids follow the work item, so they are stable when others come or go. */
export const planLegs = (items: readonly WorkItem[], pools: readonly Pool[], stamp: PlanStamp): readonly PlannedLeg[] =>
  items.map((item, index) => {
    const pool = pools.find(({ name }) => name === item.pool)
    const leg: Leg = {
      id: `${item.manifestId}-${platformSlug(item.platform)}`,
      name: `${shortPlatform(item.platform)} · ${item.manifestId}`,
      kind: 'build',
      platform: item.platform,
      pool: item.pool ?? item.platform,
      'runs-on': runnersOf(pool, pools),
      'planned-at': stamp.plannedAt,
      'plan-digest': stamp.digest,
    }
    return { leg, items: [index] }
  })
