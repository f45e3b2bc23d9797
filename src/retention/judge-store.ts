import type { FoundHolding, StoreListing, StoreRole } from './holding.ts'
import { judgeActionsCache } from './judge-actions-cache.ts'
import { judgeCache } from './judge-cache.ts'
import { judgeImages } from './judge-images.ts'
import { isRecordsTag, judgeRecords } from './judge-records.ts'
import { judgeUntrusted, judgeUntrustedRecords } from './judge-untrusted.ts'
import { isKnown, keep, type Court, type Judgement } from './judgement.ts'
import type { Needs } from './needs.ts'
import type { FoundRecords } from './prune-plan.ts'
import { findGoing, leadsOf, type Judged, type Leads } from './reach.ts'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const nameOf = ({ object: { tags, digest, id } }: FoundHolding): string =>
  `${[...tags].sort().join(',')} ${digest ?? ''} ${id}`

const judge = (court: Court, artifacts: ReadonlyMap<string, FoundRecords>): readonly Judgement[] => {
  const { role, objects } = court.store
  switch (role) {
    case 'cache':
      return objects.map((found) => judgeCache(found, court))
    case 'untrusted':
      return objects.map((found) => judgeUntrusted(found, court))
    case 'untrusted-records':
      return objects.map((found) => judgeUntrustedRecords(found, court))
    case 'images':
      return objects.map((found) => judgeImages(found, court))
    case 'records':
      return objects.map((found) => judgeRecords(found, court, artifacts))
    case 'actions-cache':
      return judgeActionsCache(objects, court)
  }
}

/** Roles whose holdings records decide about. */
const BY_RECORDS: readonly StoreRole[] = ['cache', 'images', 'records']

/** What of a store could not be read. What it leads to may be anything in there, so everything stays. */
const unreadableIn = ({ name, unreadable, objects, role }: StoreListing, needs: Needs): readonly string[] => {
  const unknown = objects.filter(
    (found) =>
      !isKnown(found, needs) &&
      // Records that were read as such are artifacts, which lead to nothing.
      !(role === 'records' && found.inspection.status === 'unread' && found.object.tags.some(isRecordsTag)),
  )
  const reasons = unknown.map((found) => {
    const { inspection, object } = found
    const reason = inspection.status === 'unreadable' ? inspection.reason : 'nobody read it'
    return `${name}:${object.tags[0] ?? object.digest ?? object.id}: ${reason}`
  })
  return [...(unreadable === undefined ? [] : [`${name}: ${unreadable}`]), ...reasons].sort()
}

/** Nothing that was to go does. */
const spare = (judgement: Judgement, reason: string): Judgement =>
  judgement.fate === 'keep' && judgement.rule !== 'noted' ? judgement : keep('unreadable', reason, judgement.group)

const findLater = (judged: readonly Judged[], leads: Leads): ReadonlySet<number> => {
  const asIf = judged.map((each) =>
    each.judgement.rule === 'noted' ? { ...each, judgement: { ...each.judgement, fate: 'go' } as const } : each,
  )
  return findGoing(asIf, leads)
}

/** A store with what goes of it, all by places in the list. */
export type JudgedStore = {
  readonly store: StoreListing
  readonly judged: readonly Judged[]
  readonly leads: Leads
  readonly going: ReadonlySet<number>
  /** The same if all that is noted went: what something else leads to is needed, and its time starts anew. */
  readonly later: ReadonlySet<number>
  readonly unreadable: readonly string[]
}

/** Judges all that is in a store. Where something could not be read, nothing goes. */
export const judgeStore = (
  court: Court,
  artifacts: ReadonlyMap<string, FoundRecords>,
  blind: readonly string[],
): JudgedStore => {
  const objects = court.store.objects.toSorted((a, b) => compare(nameOf(a), nameOf(b)))
  const store = { ...court.store, objects }
  const unreadable = unreadableIn(store, court.needs)
  const [first] = [...unreadable, ...(BY_RECORDS.includes(store.role) ? blind : [])]
  const judgements = judge({ ...court, store }, artifacts)
  const judged = objects.flatMap((found, index) => {
    const judgement = judgements[index]
    if (judgement === undefined) return []
    return [
      { found, judgement: first === undefined ? judgement : spare(judgement, `cannot be told, since of ${first}`) },
    ]
  })
  const leads = leadsOf(objects)
  return { store, judged, leads, unreadable, going: findGoing(judged, leads), later: findLater(judged, leads) }
}

/** What the next prune has to know: what would go if it were seen so a second time. */
export const notesOf = ({ judged, later }: JudgedStore): readonly string[] =>
  [...later].flatMap((index) => judged[index]?.judgement.note ?? [])
