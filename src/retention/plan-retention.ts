import type { FoundHolding, StoreListing, StoreRole } from './holding.ts'
import { judgeActionsCache } from './judge-actions-cache.ts'
import { judgeCache, judgeUntrusted } from './judge-cache.ts'
import { judgeImages } from './judge-images.ts'
import { isRecordsTag, judgeRecords } from './judge-records.ts'
import { isKnown, keep, type Court, type Judgement } from './judgement.ts'
import { findNeeds, type Needs } from './needs.ts'
import { amountsOf, bytesOf } from './prune-amounts.ts'
import type { FoundRecords, PruneDecision, PrunePlan, RetentionFacts } from './prune-plan.ts'
import { foldPruneState } from './prune-state.ts'
import { findGoing, leadsOf, type Judged, type Leads } from './reach.ts'

/** Records go last: as long as a ref is there, what is known of it is, too. */
const ORDER: readonly StoreRole[] = ['cache', 'untrusted', 'images', 'actions-cache', 'records']

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const nameOf = ({ object: { tags, digest, id } }: FoundHolding): string =>
  `${[...tags].sort().join(',')} ${digest ?? ''} ${id}`

const artifactName = ({ repository, tag }: FoundRecords): string => `${repository}:${tag}`

/** What of the records could not be read: any build may stand there, and need anything. */
const blindSpots = (
  { records, stores }: RetentionFacts,
  artifacts: ReadonlyMap<string, FoundRecords>,
): readonly string[] => {
  const unreadable = records.flatMap((found) =>
    found.status === 'unreadable' ? [`records ${artifactName(found)}: ${found.reason}`] : [],
  )
  const listings = stores.filter(({ role }) => role === 'records')
  const partial = listings.flatMap(({ name, unreadable: reason }) =>
    reason === undefined ? [] : [`records in ${name}: ${reason}`],
  )
  const unread = listings.flatMap(({ name, repository, objects }) =>
    objects
      .flatMap(({ object }) => object.tags.filter(isRecordsTag))
      .filter((tag) => !artifacts.has(`${repository ?? name}:${tag}`))
      .map((tag) => `records ${name}:${tag}: nobody read them`),
  )
  return [...unreadable, ...partial, ...unread].sort()
}

const judge = (court: Court, artifacts: ReadonlyMap<string, FoundRecords>): readonly Judgement[] => {
  const { role, objects } = court.store
  switch (role) {
    case 'cache':
      return objects.map((found) => judgeCache(found, court))
    case 'untrusted':
      return objects.map((found) => judgeUntrusted(found, court))
    case 'images':
      return objects.map((found) => judgeImages(found, court))
    case 'records':
      return objects.map((found) => judgeRecords(found, court, artifacts))
    case 'actions-cache':
      return judgeActionsCache(objects, court)
  }
}

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

type JudgedStore = {
  readonly store: StoreListing
  readonly judged: readonly Judged[]
  readonly leads: Leads
  readonly going: ReadonlySet<number>
  readonly unreadable: readonly string[]
}

const judgeStore = (
  court: Court,
  artifacts: ReadonlyMap<string, FoundRecords>,
  blind: readonly string[],
): JudgedStore => {
  const objects = court.store.objects.toSorted((a, b) => compare(nameOf(a), nameOf(b)))
  const store = { ...court.store, objects }
  const unreadable = unreadableIn(store, court.needs)
  const byRecords = store.role !== 'untrusted' && store.role !== 'actions-cache'
  const [first] = [...unreadable, ...(byRecords ? blind : [])]
  const judgements = judge({ ...court, store }, artifacts)
  const judged = objects.flatMap((found, index) => {
    const judgement = judgements[index]
    if (judgement === undefined) return []
    return [
      { found, judgement: first === undefined ? judgement : spare(judgement, `cannot be told, since of ${first}`) },
    ]
  })
  const leads = leadsOf(objects)
  return { store, judged, leads, unreadable, going: findGoing(judged, leads) }
}

/** What has to go after each, of what goes. What shares a digest leads to each other and has no order. */
const followersOf = (going: ReadonlySet<number>, leads: Leads): ReadonlyMap<number, readonly number[]> =>
  new Map(
    [...going].map((index) => [
      index,
      (leads[index] ?? []).filter((next) => going.has(next) && leads[next]?.includes(index) !== true),
    ]),
  )

type Followers = ReturnType<typeof followersOf>

/** How many holdings that go stand one after another before each. */
const depthsOf = (followers: Followers): ReadonlyMap<number, number> => {
  const depths = new Map<number, number>()
  let wave = new Set(followers.keys())
  for (let depth = 0; wave.size > 0 && depth < followers.size; depth++) {
    for (const index of wave) depths.set(index, depth)
    wave = new Set([...wave].flatMap((index) => followers.get(index) ?? []))
  }
  return depths
}

const parentsOf = (followers: Followers, judged: readonly Judged[]): ReadonlyMap<number, readonly string[]> => {
  const parents = new Map<number, string[]>()
  for (const [index, own] of followers)
    for (const next of own) {
      const id = judged[index]?.found.object.id ?? ''
      const known = parents.get(next)
      if (known === undefined) parents.set(next, [id])
      else known.push(id)
    }
  return parents
}

type Ranked = { readonly decision: PruneDecision; readonly depth: number }

const decide = (judgedStore: JudgedStore, needs: Needs): readonly Ranked[] => {
  const { store, judged, leads, going } = judgedStore
  const followers = followersOf(going, leads)
  const depths = depthsOf(followers)
  const parents = parentsOf(followers, judged)
  const led = new Set(leads.flat())
  return judged.map(({ found, judgement }, index) => {
    const { object } = found
    const { fate, rule, reason, group } = judgement
    const common = { store: store.name, object, rule, reason, group, bytes: bytesOf(found, needs) }
    if (going.has(index)) {
      const why = fate === 'go' ? {} : ({ rule: 'with-parent', reason: 'only what goes leads to it' } as const)
      const own = parents.get(index) ?? []
      return { depth: depths.get(index) ?? 0, decision: { ...common, ...why, verdict: 'delete', parents: own } }
    }
    const decision = { ...common, parents: [] }
    if (fate === 'go' && object.locked !== undefined)
      return { depth: 0, decision: { ...decision, verdict: 'skip', reason: object.locked } }
    const isReached = fate === 'go' || (fate === 'loose' && led.has(index))
    const reached = { rule: 'reached', reason: 'something that stays leads to it, or has its digest' } as const
    return { depth: 0, decision: { ...decision, ...(isReached ? reached : {}), verdict: 'keep' } }
  })
}

/** What goes, then all else; parents before children, and cut after `max-deletes`. */
const order = (ranked: readonly Ranked[], maxDeletes = Infinity): readonly PruneDecision[] => {
  const goes = ranked.filter(({ decision }) => decision.verdict === 'delete').toSorted((a, b) => a.depth - b.depth)
  const rest = ranked.flatMap(({ decision }) => (decision.verdict === 'delete' ? [] : [decision]))
  return [...goes.map(({ decision }) => decision), ...rest].map((decision, index) =>
    index < maxDeletes || decision.verdict !== 'delete' ? decision : { ...decision, verdict: 'left' },
  )
}

/** What the next prune has to know: what would go if it were seen so a second time. */
const notesOf = ({ judged, leads }: JudgedStore): readonly string[] => {
  const noted = (index: number): string | undefined => judged[index]?.judgement.note
  // As if all that is noted went: what something else leads to is needed, and its time starts anew.
  const asIf = judged.map((each) =>
    each.judgement.rule === 'noted' ? { ...each, judgement: { ...each.judgement, fate: 'go' } as const } : each,
  )
  return [...findGoing(asIf, leads)].flatMap((index) => noted(index) ?? [])
}

/**
 * Decides what of the stores goes, by the policy of the factory file.
 *
 * What stays: the last `keep-last` generations of every manifest, platform and branch, with their refs, their images, and
 * what they read; every ref that the factory file needs now; whatever a record younger than `min-age` names; what `keep`
 * holds; the newest record of every work item and branch; what is not Strata's by name and media type; and all that
 * something of this leads to: children of indexes, attestations, referrers. What nothing names goes only if an earlier
 * prune, at least `min-age` before, noted it.
 *
 * What cannot be read decides for itself that nothing goes: an OCI manifest that cannot be read may lead to anything in
 * its store, so all of that store stays, every group of it. Records that cannot be read may be of any group, so all
 * stays that records decide about. Both are named in `unreadable`.
 *
 * Pure: it depends on the facts alone, and on no order of what was listed.
 */
export const planRetention = (facts: RetentionFacts): PrunePlan => {
  const needs = findNeeds(facts)
  const artifacts = new Map(facts.records.map((found) => [artifactName(found), found]))
  const blind = blindSpots(facts, artifacts)
  const stores = facts.stores.toSorted(
    (a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || compare(a.name, b.name),
  )
  const judged = stores.map((store) => judgeStore({ store, facts, needs }, artifacts, blind))
  const decisions = judged.flatMap((each) => order(decide(each, needs)))
  const ordered = order(
    decisions.map((decision) => ({ decision, depth: 0 })),
    facts.policy.maxDeletes,
  )
  return {
    decisions: ordered,
    unreadable: [...blind, ...judged.flatMap(({ unreadable }) => unreadable)],
    amounts: amountsOf(ordered, stores, needs),
    state: foldPruneState(facts.state, [...needs.notes, ...judged.flatMap(notesOf)], facts.now),
  }
}
