import { PLAN_TYPE } from '../plan/plan-file.ts'
import { recordsTags } from '../records/place.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import type { FoundHolding } from './holding.ts'
import { afterNote, go, joinJudgements, keep, youngJudgement, type Court, type Judgement } from './judgement.ts'
import type { Cause, Needs } from './needs.ts'
import { keepGlobOf } from './policy.ts'
import type { FoundRecords } from './prune-plan.ts'

/** Whether a tag is one of records. */
export const isRecordsTag = (tag: string): boolean => recordsTags([tag]).length > 0

/** A record stays if it is needed itself; that of a prefix also as long as its ref is. */
const causeOf = (record: CompatibilityRecord, { records, refs, canonical }: Needs): Cause | undefined => {
  const own = records.get(record)
  if (own !== undefined || record.kind === 'work-item') return own
  return record.layers.flatMap(({ ref }) => (ref === undefined ? [] : (refs.get(canonical(ref)) ?? []))).at(-1)
}

const judgeArtifact = (found: FoundRecords | undefined, { needs }: Court): Judgement => {
  if (found === undefined) return keep('unreadable', 'nobody read its records', 'records')
  if (found.status === 'unreadable') return keep('unreadable', `cannot be read: ${found.reason}`, 'records')
  const [first] = found.records
  if (first === undefined) return keep('unreadable', 'it holds no record', 'records')
  // The order of records within an artifact says nothing.
  const [cause] = found.records
    .flatMap((record) => causeOf(record, needs) ?? [])
    .toSorted((a, b) => (`${a.rule} ${a.reason}` < `${b.rule} ${b.reason}` ? -1 : 1))
  if (cause !== undefined) return { fate: 'keep', ...cause, group: 'records' }
  return go(
    'generation',
    'none of its records is of a generation that stays, or the newest of its work item',
    'records',
  )
}

const PLANS = 'kept plans'

/** Letters of a branch that are looked for in the tag of a plan, which may be cut. */
const BRANCH_LETTERS = 40

/** Whether a kept plan may be one of the branch, by its tag `plan-<name>-<branch>`. */
const mayBeOf = (tag: string, branch: string): boolean =>
  tag.includes(
    branch
      .toLowerCase()
      .replaceAll(/[^a-z0-9_.-]/g, '-')
      .slice(0, BRANCH_LETTERS),
  )

/** A plan that a branch keeps for its next run goes when the branch is no more. */
const judgePlan = ({ object, inspection }: FoundHolding, tag: string, court: Court): Judgement => {
  const { policy, branches } = court.facts
  if (inspection.status !== 'read' || inspection.content.artifactType !== PLAN_TYPE)
    return keep('foreign', 'it is no artifact of records', 'other')
  if (branches === undefined || branches.some((branch) => mayBeOf(tag, branch)))
    return keep('current', 'the next plan of its branch is compared with it', PLANS)
  const going = go('removed', 'its branch is no more', PLANS)
  return afterNote(object, court, Math.max(policy.removedGrace, policy.minAge), going)
}

/**
 * Judges what is in a repository of records. An artifact goes when none of its records is of a generation that stays, the
 * newest of its work item and branch, or younger than `min-age`; a kept plan when its branch is no more. What else is there,
 * as the state of prune, is never touched.
 */
export const judgeRecords = (
  found: FoundHolding,
  court: Court,
  artifacts: ReadonlyMap<string, FoundRecords>,
): Judgement => {
  const { object } = found
  const { store, facts } = court
  const judgements = object.tags.map((tag): Judgement => {
    const glob = keepGlobOf(facts.policy, [tag])
    if (glob !== undefined) return keep('keep', `"${glob}" of keep holds its tag`, 'records')
    if (!isRecordsTag(tag)) return judgePlan(found, tag, court)
    return judgeArtifact(artifacts.get(`${store.repository ?? store.name}:${tag}`), court)
  })
  const joined = joinJudgements(judgements) ?? keep('foreign', 'it has no tag', 'other')
  return joined.fate === 'go' ? (youngJudgement(object, court, 'records') ?? joined) : joined
}
