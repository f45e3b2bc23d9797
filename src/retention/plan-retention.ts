import type { PruneDecision, PrunePlan, RetentionFacts } from './prune-plan.ts'
import { foldPruneState } from './prune-state.ts'

/** Decides what goes. Until all rules are here, nothing does. */
export const planRetention = ({ stores, state, now }: RetentionFacts): PrunePlan => {
  const decisions = stores.flatMap(({ name, objects }) =>
    objects.map(({ object }): PruneDecision => ({
      ...{ store: name, object, verdict: 'keep', rule: 'foreign', reason: 'no rule is about it', group: 'other' },
      ...{ bytes: object.bytes ?? 0, parents: [] },
    })),
  )
  const amounts = { kept: decisions.length, deleted: 0, skipped: 0, left: 0, bytesBefore: 0, bytesAfter: 0, share: 0 }
  return { decisions, unreadable: [], amounts, state: foldPruneState(state, [], now) }
}
