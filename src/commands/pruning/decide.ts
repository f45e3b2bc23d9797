import { generationOf } from '../../records/newest.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import type { FoundHolding, StoreListing } from '../../retention/holding.ts'
import type { PruneDecision, PrunePlan, RetentionFacts } from '../../retention/prune-plan.ts'
import { refsOfRecord } from './watch-records.ts'

const groupOf = ({ manifest_id, platform, run }: CompatibilityRecord): string =>
  `${manifest_id} ${platform} on ${run.branch ?? ''}`

const keptRecords = ({ records, now, policy }: RetentionFacts): ReadonlySet<CompatibilityRecord> => {
  const all = records.flatMap((each) => (each.status === 'read' ? each.records : []))
  const kept = new Set<CompatibilityRecord>()
  for (const group of Map.groupBy(all, groupOf).values()) {
    const generations = new Set<string>()
    for (const record of group.toSorted((a, b) => (a.run.finishedAt < b.run.finishedAt ? 1 : -1))) {
      const young = Date.parse(now) - Date.parse(record.run.finishedAt) < policy.minAge
      if (generations.size < policy.keepLast) generations.add(generationOf(record))
      if (young || generations.has(generationOf(record))) kept.add(record)
    }
  }
  return kept
}

/** Stand-in for the policy. */
export const decide = (facts: RetentionFacts): PrunePlan => {
  const kept = keptRecords(facts)
  const roots = new Set([...(facts.current?.refs ?? []), ...[...kept].flatMap(refsOfRecord)])
  const all = facts.records.flatMap((each) => (each.status === 'read' ? each.records : []))
  const recorded = new Map(all.flatMap((record) => refsOfRecord(record).map((ref) => [ref, groupOf(record)] as const)))
  const keptTags = new Set(
    facts.records.flatMap((each) =>
      each.status === 'unreadable' || each.records.some((record) => kept.has(record)) ? [each.tag] : [],
    ),
  )
  const dooms = ({ role, repository = '' }: StoreListing, { object }: FoundHolding): boolean => {
    if (object.tags.length === 0) return false
    if (role === 'records') return object.tags.every((tag) => tag.startsWith('run-') && !keptTags.has(tag))
    return object.tags.every((tag) => recorded.has(`${repository}:${tag}`) && !roots.has(`${repository}:${tag}`))
  }
  const decisions = facts.stores.flatMap((store) =>
    store.objects.map((found): PruneDecision => {
      const doomed = dooms(store, found)
      const group =
        store.role === 'records'
          ? 'records'
          : (recorded.get(`${store.repository ?? ''}:${found.object.tags[0] ?? ''}`) ?? 'other')
      return {
        ...{ store: store.name, object: found.object, group, bytes: 0, parents: [] },
        ...(doomed
          ? { verdict: 'delete', rule: 'generation', reason: 'only generations that are not kept need it' }
          : { verdict: 'keep', rule: 'keep-last', reason: 'something needs it' }),
      }
    }),
  )
  const count = (verdict: string) => decisions.filter((each) => each.verdict === verdict).length
  const amounts = {
    kept: count('keep'),
    deleted: count('delete'),
    skipped: 0,
    left: 0,
    bytesBefore: 0,
    bytesAfter: 0,
    share: count('delete') / Math.max(1, decisions.length),
  }
  return { decisions, unreadable: [], amounts, state: facts.state }
}
