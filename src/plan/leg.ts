import type { Pool } from '../factory/factory.ts'
import type { WorkItem } from '../factory/work-item.ts'
import { chainOf } from '../layers/tree.ts'
import { platformSlug, shortPlatform, type Platform } from '../oci/platform.ts'
import type { PlannedPrefix } from './prefixes.ts'
import type { Schedule, ScheduledLeg } from './schedule/work.ts'

/** One job of a matrix, as small as an output must be: everything else is in the plan file, found by `id`. */
export type Leg = {
  readonly id: string
  /** Short, unique and stable: `amd64 · py312-cuda · 6 images`. */
  readonly name: string
  /** `wave` legs build prefixes for legs or runs that come later; `build` legs build images. */
  readonly kind: 'wave' | 'build'
  readonly platform: Platform
  /** Name of the pool: a platform, or `linux/amd64+cuda`. */
  readonly pool: string
  readonly 'runs-on': string | readonly string[]
  /** ISO 8601, UTC. */
  readonly 'planned-at': string
  /** First 16 hex of the plan's digest. */
  readonly 'plan-digest': string
}

/** A leg with what it builds, by index into the plan's lists. */
export type PlannedLeg = {
  readonly leg: Leg
  readonly items: readonly number[]
  /** Prefixes whose cache refs it writes. */
  readonly writes: readonly number[]
  /** Prefixes that it has to build although another leg does so, too, and writes them. */
  readonly repeats: readonly number[]
}

/** Where legs run when the factory file says nothing: amd64 runners, which emulate other platforms. */
const DEFAULT_RUNNER = 'ubuntu-24.04'

const runnersOf = (pool: Pool | undefined, pools: readonly Pool[]): string | readonly string[] => {
  const labels = (pool ?? pools.find(({ name }) => name === 'linux/amd64'))?.runsOn ?? [DEFAULT_RUNNER]
  return labels.length === 1 ? (labels[0] ?? DEFAULT_RUNNER) : labels
}

/** Whether work items of a platform without a pool of its own run under emulation: the default runner is amd64. */
export const isEmulated = ({ platform, pool }: Pick<WorkItem, 'platform' | 'pool'>): boolean =>
  pool === undefined && platform !== 'linux/amd64'

/** The pool of a work item: the factory file's, else one named after the platform. */
export const poolOf = ({ platform, pool }: Pick<WorkItem, 'platform' | 'pool'>): string => pool ?? platform

/** What identifies a plan in its legs. */
export type PlanStamp = { readonly plannedAt: string; readonly digest: string }

/** What legs are named after. */
type Named = {
  readonly items: readonly WorkItem[]
  readonly prefixes: readonly PlannedPrefix[]
  readonly tops: readonly (number | null)[]
  /** Whether no leg builds an image. */
  readonly prewarm?: boolean
}

/** The highest prefix that all chains have, if they have one. */
const commonPrefix = ({ prefixes }: Named, tops: readonly (number | null)[]): number | undefined => {
  const [first = [], ...others] = tops.map((top) => chainOf(prefixes, top))
  return first.findLast((index) => others.every((chain) => chain.includes(index)))
}

/** What a leg is about: its one work item, or the variant that all of them share. */
const subjectOf = (named: Named, { leaves, nodes }: ScheduledLeg): string => {
  const [first, ...others] = leaves
  if (first !== undefined && others.length === 0) return named.items[first]?.manifestId ?? ''
  const tops = leaves.length > 0 ? leaves.map((leaf) => named.tops[leaf] ?? null) : nodes
  const common = named.prefixes[commonPrefix(named, tops) ?? -1]
  return common === undefined ? 'mixed' : common.variant
}

const countOf = ({ leaves, nodes }: ScheduledLeg): string => {
  if (leaves.length === 1) return ''
  if (leaves.length > 1) return ` · ${leaves.length} images`
  return nodes.length === 1 ? '' : ` · ${nodes.length} prefixes`
}

type Phase = {
  readonly kind: Leg['kind']
  /** `wave-1-` for the first wave, nothing for the final build. */
  readonly idPrefix: string
  readonly title: string
  readonly legs: readonly ScheduledLeg[]
}

/** Legs of one phase. Where two would have the same name, the slot tells them apart, as it does in ids. */
const phaseLegs = (named: Named, phase: Phase, pools: readonly Pool[], stamp: PlanStamp): readonly PlannedLeg[] => {
  const described = phase.legs.map((scheduled) => {
    const first = scheduled.leaves[0] ?? named.prefixes[scheduled.nodes[0] ?? -1]?.item ?? -1
    const platform = named.items[first]?.platform ?? 'linux/amd64'
    const pool = pools.find(({ name }) => name === scheduled.pool)
    const where = pool?.accelerator === undefined ? '' : `+${pool.accelerator}`
    const title = `${shortPlatform(platform)}${where}${phase.title} · ${subjectOf(named, scheduled)}${countOf(scheduled)}`
    return { scheduled, platform, pool, title }
  })
  const titles = Map.groupBy(described, ({ title }) => title)
  return described.map(({ scheduled, platform, pool, title }) => {
    const slot = scheduled.slot + 1
    const repeats = new Set(scheduled.repeats)
    const leg: Leg = {
      id: `${phase.idPrefix}${platformSlug(scheduled.pool).replaceAll('+', '-')}-${slot}`,
      name: titles.get(title)?.length === 1 ? title : `${title} · ${slot}`,
      kind: phase.kind,
      platform,
      pool: scheduled.pool,
      'runs-on': runnersOf(pool, pools),
      'planned-at': stamp.plannedAt,
      'plan-digest': stamp.digest,
    }
    const writes = scheduled.nodes.filter((node) => !repeats.has(node))
    return { leg, items: scheduled.leaves, writes, repeats: scheduled.repeats }
  })
}

/** The legs of each wave, and those of the final build. */
export type PlannedLegs = {
  readonly waves: readonly (readonly PlannedLeg[])[]
  readonly legs: readonly PlannedLeg[]
}

/** What the last phase is: legs that build images, or like those of a wave prefixes alone. */
const lastPhase = ({ prewarm }: Named): Omit<Phase, 'legs'> =>
  prewarm === true
    ? { kind: 'wave', idPrefix: 'prewarm-', title: ' · prewarm' }
    : { kind: 'build', idPrefix: '', title: '' }

/** The legs of all phases. Ids follow the slots of the schedule, which are stable when work items come or go. */
export const planLegs = (
  named: Named,
  { waves, legs }: Pick<Schedule, 'waves' | 'legs'>,
  pools: readonly Pool[],
  stamp: PlanStamp,
): PlannedLegs => ({
  waves: waves.map((wave, index) => {
    const [idPrefix, title] = [`wave-${index + 1}-`, ` · wave ${index + 1}`]
    return phaseLegs(named, { kind: 'wave', idPrefix, title, legs: wave }, pools, stamp)
  }),
  legs: phaseLegs(named, { ...lastPhase(named), legs }, pools, stamp),
})
