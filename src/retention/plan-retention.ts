import { artifactName, blindSpots } from './blind-spots.ts'
import { decide, order } from './decisions.ts'
import type { StoreRole } from './holding.ts'
import { judgeStore, notesOf } from './judge-store.ts'
import { findNeeds } from './needs.ts'
import { amountsOf } from './prune-amounts.ts'
import type { PrunePlan, RetentionFacts } from './prune-plan.ts'
import { foldPruneState } from './prune-state.ts'

/** Records go last: as long as a ref is there, what is known of it is, too. */
const ORDER: readonly StoreRole[] = ['cache', 'untrusted', 'images', 'actions-cache', 'untrusted-records', 'records']

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

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
    unreadable: [...new Set([...blind, ...judged.flatMap(({ unreadable }) => unreadable)])],
    amounts: amountsOf(ordered, stores, needs),
    state: foldPruneState(facts.state, [...needs.notes, ...judged.flatMap(notesOf)], facts.now),
  }
}
