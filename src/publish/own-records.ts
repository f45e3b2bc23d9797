import { workItemName } from '../factory/work-item.ts'
import { decideCacheAccess, weakerAccess, type RunEvent } from '../plan/access.ts'
import { ownBranch } from '../plan/branches.ts'
import type { Plan } from '../plan/plan.ts'
import { recordName } from '../records/newest.ts'
import type { CompatibilityRecord, RecordRun } from '../records/record.ts'
import type { RunIdentity } from '../records/run.ts'

/** The run that publishes. */
export type PublisherRun = { readonly run: RunIdentity; readonly event: RunEvent }

/**
 * Why no record in a registry can be taken for one of this run; undefined when it can. Only what trusted runs write is
 * read: in the repository that branches and pull requests write, one could claim to be of the run of another.
 */
export const whyNoOwnRecords = ({ cache }: Plan, { run, event }: PublisherRun): string | undefined => {
  if (run.id === undefined) return 'outside GitHub a run has no id to know them by'
  const own = decideCacheAccess(event, { untrusted: cache.untrusted !== undefined })
  const access = weakerAccess(cache.access, own)
  if (access.write && access.domain === undefined) return undefined
  return `only a run that writes the trusted cache keeps any that count (${access.reason})`
}

const isOfRun = (recorded: RecordRun, { run, event }: PublisherRun): boolean =>
  recorded.id === run.id &&
  (recorded.attempt ?? 1) <= (run.attempt ?? 1) &&
  recorded.number === run.number &&
  recorded.workflow === run.workflow &&
  recorded.event === run.event &&
  recorded.commit === run.commit &&
  recorded.branch === ownBranch(event)

/**
 * Those of the records from a registry that this run left of work items of its plan: of the same run, commit and branch,
 * of this attempt or one before, and of the very image that the plan wants. All others are of no use here, and a claim.
 */
export const ownRecords = (
  records: readonly CompatibilityRecord[],
  plan: Plan,
  publisher: PublisherRun,
): readonly CompatibilityRecord[] => {
  if (whyNoOwnRecords(plan, publisher) !== undefined) return []
  const wanted = new Map(plan.items.map((item, index) => [workItemName(item), plan.imageKeys[index]]))
  return records.filter((record) => {
    const name = recordName(record)
    if (record.kind !== 'work-item' || !wanted.has(name) || record.imageKey !== wanted.get(name)) return false
    return record.factory === plan.factory && record.name === plan.name && isOfRun(record.run, publisher)
  })
}

/** Names of the work items of a plan that these records say nothing of. */
export const unrecordedItems = (plan: Plan, records: readonly CompatibilityRecord[]): readonly string[] => {
  const known = new Set(records.filter(({ kind }) => kind === 'work-item').map(recordName))
  return plan.items.map(workItemName).filter((name) => !known.has(name))
}
