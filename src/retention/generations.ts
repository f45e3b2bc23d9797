import type { Platform } from '../oci/platform.ts'
import { generationOf } from '../records/newest.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { keepGlobOf, numbersFor, timeOf } from './policy.ts'
import type { DecidingRule, RetentionFacts } from './prune-plan.ts'

/** Why generations of a group stay or go, as far as it is the same for all of its parts. */
export type Standing = { readonly stays: boolean; readonly rule: DecidingRule; readonly reason: string }

/** One distinct set of keys that a group was built with. Its records differ in nothing but their runs. */
export type Generation = {
  readonly group: string
  readonly records: readonly CompatibilityRecord[]
  /** Of one layer or, without a name, of the image and all that has no layer. */
  readonly standing: (layer?: string) => Standing
}

/** What generations are counted in: a manifest on a platform and a branch. */
type Group = {
  readonly name: string
  readonly manifestId: string
  readonly platform: Platform
  readonly branch: string
  readonly aliases: readonly string[]
  readonly records: readonly CompatibilityRecord[]
}

/** The group that a record counts in, by name; of prefixes and of builds without a branch as well. */
export const groupOf = ({ kind, manifest_id: id, platform, run }: CompatibilityRecord): string =>
  kind === 'prefix' ? `prewarm ${platform}` : `${id} ${platform} on ${run.branch ?? 'no branch'}`

/** Whether a record makes a generation: of a work item that was built on a branch. */
export const makesGeneration = ({ kind, verdict, run }: CompatibilityRecord): boolean =>
  kind === 'work-item' && verdict === 'built' && run.branch !== undefined

/** When the youngest of records finished, ms. */
const newestOf = (records: readonly CompatibilityRecord[]): number =>
  records.reduce((newest, { run }) => Math.max(newest, timeOf(run.finishedAt)), -Infinity)

/** The note of something that is missed: a manifest or a branch that is no more. */
export const removalOf = (kind: 'manifest' | 'branch', name: string): string => `removed ${kind} ${name}`

const groupsOf = (records: readonly CompatibilityRecord[]): readonly Group[] =>
  [...Map.groupBy(records.filter(makesGeneration), groupOf)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, own]) => {
      const [first] = own
      if (first === undefined) return []
      const { manifest_id: manifestId, platform, run } = first
      const aliases = [...new Set(own.flatMap((record) => record.aliases))]
      return [{ name, manifestId, platform, branch: run.branch ?? '', aliases, records: own }]
    })

type Removal = { readonly note: string; readonly reason: string }

const removalsOf = ({ manifestId, branch }: Group, { current, branches }: RetentionFacts): readonly Removal[] => [
  ...(current === undefined || current.manifests.includes(manifestId)
    ? []
    : [{ note: removalOf('manifest', manifestId), reason: `the factory file has no manifest ${manifestId}` }]),
  ...(branches === undefined || branches.includes(branch)
    ? []
    : [{ note: removalOf('branch', branch), reason: `there is no branch ${branch}` }]),
]

const keeps = (rule: DecidingRule, reason: string): Standing => ({ stays: true, rule, reason })
const drops = (rule: DecidingRule, reason: string): Standing => ({ stays: false, rule, reason })

const DAY = 86_400_000

/** What holds for a whole group; undefined where its generations are counted. */
const groupStanding = (group: Group, removals: readonly Removal[], facts: RetentionFacts): Standing | undefined => {
  const { policy, state, now } = facts
  const glob = keepGlobOf(policy, [group.manifestId, ...group.aliases, group.branch])
  if (glob !== undefined) return keeps('keep', `"${glob}" of keep holds ${group.name}`)
  if (policy.removedManifests === 'keep') return undefined
  const over = removals.find(({ note }) => timeOf(now) - timeOf(state.noted[note]) >= policy.removedGrace)
  return over && drops('removed', `${over.reason} any more, as a prune found ${policy.removedGrace / DAY} days ago`)
}

const countedStanding = (
  { name, platform, branch }: Group,
  generation: { readonly rank: number; readonly newest: number; readonly removed: boolean },
  { policy, now }: RetentionFacts,
): Generation['standing'] => {
  const decide = (layer: string | undefined): Standing => {
    const { rank, newest, removed } = generation
    const { keepLast, expireAfter } = numbersFor(policy, {
      ...(layer === undefined ? {} : { layer }),
      platform,
      branch,
    })
    const place = `number ${rank + 1} of the generations of ${name}`
    if (rank >= keepLast) return drops('generation', `${place}, of which the last ${keepLast} are kept`)
    // Builds that find everything warm write no record, so nobody knows how long the newest was not used.
    if ((rank > 0 || removed) && expireAfter !== undefined && timeOf(now) - newest >= expireAfter)
      return drops('expired', `${place} was built more than ${expireAfter / DAY} days ago`)
    return keeps('keep-last', `${place}, of which the last ${keepLast} are kept`)
  }
  const known = new Map<string | undefined, Standing>()
  return (layer) => {
    const standing = known.get(layer) ?? decide(layer)
    known.set(layer, standing)
    return standing
  }
}

/** The generations of all groups, and the notes of groups that are missed. */
export type Generations = { readonly all: readonly Generation[]; readonly notes: readonly string[] }

/**
 * Counts generations per manifest, platform and branch, newest first; what tells them apart is `generationOf`. A run that
 * finished in the future, by another clock, is the newest. The result does not depend on the order of records.
 */
export const countGenerations = (records: readonly CompatibilityRecord[], facts: RetentionFacts): Generations => {
  const notes = new Set<string>()
  const all = groupsOf(records).flatMap((group): readonly Generation[] => {
    const removals = removalsOf(group, facts)
    for (const { note } of removals) notes.add(note)
    const whole = groupStanding(group, removals, facts)
    const generations = [...Map.groupBy(group.records, generationOf)]
      .map(([key, own]) => ({ key, own, newest: newestOf(own) }))
      .toSorted((a, b) => (a.newest === b.newest ? (a.key < b.key ? -1 : 1) : b.newest - a.newest))
    // Those of equal age have the same rank: nobody can tell which of them was last.
    const ranks = new Map(generations.map(({ newest }, index) => [newest, index] as const).toReversed())
    return generations.map(({ own, newest }) => ({
      group: group.name,
      records: own,
      standing:
        whole === undefined
          ? countedStanding(group, { rank: ranks.get(newest) ?? 0, newest, removed: removals.length > 0 }, facts)
          : () => whole,
    }))
  })
  return { all, notes: facts.policy.removedManifests === 'keep' ? [] : [...notes] }
}
