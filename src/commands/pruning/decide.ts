import { generationOf } from '../../records/newest.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { type DecidedObject, type Decision, refsOfObject } from './decision.ts'
import type { FoundObject, FoundPlace } from './read-place.ts'
import type { Situation } from './read-situation.ts'
import { refsOfRecord } from './watch-records.ts'

const groupOf = ({ manifest_id, platform, run }: CompatibilityRecord): string =>
  `${manifest_id} ${platform} ${run.branch ?? ''}`

const keptRecords = ({ artifacts, now, inputs, found }: Situation): ReadonlySet<CompatibilityRecord> => {
  const settings = found.needs?.factory.retention
  const keepLast = inputs.retention.keepLast ?? settings?.keepLast ?? 3
  const minAge = inputs.retention.minAge ?? settings?.minAge ?? 24 * 3_600_000
  const all = artifacts.flatMap((each) => (each.status === 'read' ? each.records : []))
  const kept = new Set<CompatibilityRecord>()
  for (const group of Map.groupBy(all, groupOf).values()) {
    const generations = new Set<string>()
    for (const record of group.toSorted((a, b) => (a.run.finishedAt < b.run.finishedAt ? 1 : -1))) {
      const young = now.getTime() - Date.parse(record.run.finishedAt) < minAge
      if (generations.size < keepLast) generations.add(generationOf(record))
      if (young || generations.has(generationOf(record))) kept.add(record)
    }
  }
  return kept
}

const decideCache = (
  place: FoundPlace,
  roots: ReadonlySet<string>,
  recorded: ReadonlyMap<string, string>,
): readonly DecidedObject[] =>
  place.objects.map((found): DecidedObject => {
    const refs = refsOfObject(place.store.name, found.object)
    const common = { found, parents: [], group: refs.flatMap((ref) => recorded.get(ref) ?? [])[0] ?? 'no record' }
    if (refs.some((ref) => roots.has(ref)))
      return { ...common, verdict: 'keep', rule: 'needed', reason: 'a kept generation or the current plan needs it' }
    if (refs.length > 0 && refs.every((ref) => recorded.has(ref)))
      return { ...common, verdict: 'delete', rule: 'superseded', reason: 'no kept generation needs it' }
    return { ...common, verdict: 'keep', rule: 'unknown', reason: 'no record speaks of it' }
  })

/** Stand-in for the policy. */
export const decide = (situation: Situation): Decision => {
  const { artifacts, caches, records, found } = situation
  const kept = keptRecords(situation)
  const roots = new Set([...(found.needs?.refs ?? []), ...[...kept].flatMap(refsOfRecord)])
  const all = artifacts.flatMap((each) => (each.status === 'read' ? each.records : []))
  const recorded = new Map(all.flatMap((record) => refsOfRecord(record).map((ref) => [ref, groupOf(record)] as const)))
  const keptTags = new Set(
    artifacts.flatMap((each) =>
      each.status === 'unreadable' || each.records.some((record) => kept.has(record)) ? [each.tag] : [],
    ),
  )
  const decideRecords = (object: FoundObject): DecidedObject => {
    const common = { found: object, parents: [], group: 'records' }
    const stays = object.object.tags.some((tag) => keptTags.has(tag) || !tag.startsWith('run-'))
    return stays
      ? { ...common, verdict: 'keep', rule: 'needed', reason: 'a kept generation is in it' }
      : { ...common, verdict: 'delete', rule: 'superseded', reason: 'none of its generations is kept' }
  }
  return {
    places: [
      ...caches.map((place) => ({ place, objects: decideCache(place, roots, recorded) })),
      { place: records, objects: records.objects.map(decideRecords) },
    ],
    unreadable: artifacts.flatMap((each) => (each.status === 'unreadable' ? [`${each.tag}: ${each.reason}`] : [])),
    state: '{}',
  }
}
