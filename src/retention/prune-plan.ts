import type { RetentionSettings } from '../factory/factory.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import type { Holding, StoreListing } from './holding.ts'
import type { PruneState } from './prune-state.ts'

/** The records of one artifact, that of a leg; `unreadable`: it is there, and nobody knows what it says. */
export type FoundRecords = {
  /** Of the records' repository, `<registry>/<path>`. */
  readonly repository: string
  readonly tag: string
} & (
  | { readonly status: 'read'; readonly records: readonly CompatibilityRecord[] }
  | { readonly status: 'unreadable'; readonly reason: string }
)

/** What the factory file needs at the moment, on the default branch. */
export type CurrentNeed = {
  /** Every ref that a build would read or write, in all repositories. */
  readonly refs: readonly string[]
  /** Ids and aliases of its manifests. */
  readonly manifests: readonly string[]
}

/** All that a prune decides from. */
export type RetentionFacts = {
  readonly policy: RetentionSettings
  readonly records: readonly FoundRecords[]
  /** Absent without a factory file; then records alone say what is needed, and no manifest counts as removed. */
  readonly current?: CurrentNeed
  /** Branches that exist; absent where nobody knows, and then none counts as removed. */
  readonly branches?: readonly string[]
  readonly stores: readonly StoreListing[]
  readonly state: PruneState
  /** ISO 8601, UTC. */
  readonly now: string
}

/**
 * The rule that decided, one word.
 *
 * Of what stays: `keep` a glob of `keep` · `keep-last` of a kept generation · `current` the factory file needs it now ·
 * `young` younger than `min-age` · `newest` record of its work item and branch · `reached` something that stays leads to
 * it, or has the same digest · `noted` without a record, and to go when a prune at least `min-age` later still finds it so
 * · `unreadable` something that the decision needs cannot be read · `foreign` not Strata's, by name or by media type.
 *
 * Of what goes: `generation` only of generations that are not kept · `expired` unused for `expire-after` · `removed` of a
 * manifest or branch that is no more · `unreferenced` without a record, and noted so long enough ago · `superseded`
 * replaced by a newer export · `orphaned` an image that was pushed and that nothing leads to · `with-parent` only things
 * that go lead to it.
 */
export type DecidingRule =
  | 'keep'
  | 'keep-last'
  | 'current'
  | 'young'
  | 'newest'
  | 'reached'
  | 'noted'
  | 'unreadable'
  | 'foreign'
  | 'generation'
  | 'expired'
  | 'removed'
  | 'unreferenced'
  | 'superseded'
  | 'orphaned'
  | 'with-parent'

/** What becomes of a holding, and why. */
export type PruneDecision = {
  /** Name of its store. */
  readonly store: string
  readonly object: Holding
  /** `skip`: it could go, and the store will not delete it. `left`: it could go, and `max-deletes` is reached before. */
  readonly verdict: 'keep' | 'delete' | 'skip' | 'left'
  readonly rule: DecidingRule
  /** Why, for people: one sentence without a full stop. */
  readonly reason: string
  /** What it counts with: `<manifest_id> <platform> on <branch>`, several of them, or another kind of thing. */
  readonly group: string
  /** All that it needs, what it shares included, bytes; 0 where nobody knows. */
  readonly bytes: number
  /** Ids of holdings of the same store that go and lead to it: it goes after them, and stays when one of them does. */
  readonly parents: readonly string[]
}

/** Amounts of a plan. */
export type PruneAmounts = {
  readonly kept: number
  readonly deleted: number
  readonly skipped: number
  readonly left: number
  /** All that is in the stores, what is shared counted once, bytes. */
  readonly bytesBefore: number
  /** The same of what stays. */
  readonly bytesAfter: number
  /** The share of all holdings with a tag that goes, 0 to 1. */
  readonly share: number
}

/** What a prune would do. The same facts in whatever order give the same plan, byte for byte. */
export type PrunePlan = {
  /** What goes, in the order in which it has to go, parents before children; then all else by store and name. */
  readonly decisions: readonly PruneDecision[]
  /** What could not be read, and what stays for that, for people. */
  readonly unreadable: readonly string[]
  readonly amounts: PruneAmounts
  /** To be kept for the next prune. */
  readonly state: PruneState
}
