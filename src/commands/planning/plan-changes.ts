import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { BaseChange } from '../../plan/base-changes.ts'
import type { ComparedPlan } from '../../plan/causes.ts'
import { comparePlans } from '../../plan/changes.ts'
import type { Forced } from '../../plan/forced.ts'
import { parsePlan } from '../../plan/parse-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import type { PlanChanges } from '../../plan/plan-changes.ts'
import { findWhatIfs } from '../../plan/what-if.ts'
import { inputError } from '../../problem.ts'
import { plainLine } from '../../progress/plain-text.ts'
import { renderChangeLines } from '../../report/change-texts.ts'
import { renderPlanComment } from '../../report/plan-comment.ts'
import { planCommentInput } from '../../report/plan-comment-input.ts'
import type { ChangeInputs } from '../inputs.ts'
import { branchesOf } from '../../plan/branches.ts'
import type { EarlierRecords } from '../../plan/earlier.ts'
import { recordedBase } from '../../plan/recorded-base.ts'
import { newestRecords } from '../../records/newest.ts'
import { parseRecords } from '../../records/parse-records.ts'
import { fetchBasePlan, type PlanSubject } from './kept-plan.ts'

/** What is compared with, or why there is nothing. */
type Base = PlanChanges['base'] & { readonly plan?: ComparedPlan }

/** All that is planned, before anything is left out. */
export type WholePlan = ComparedPlan & Pick<Plan, 'aliases'>

/** Where a plan to compare with is looked for. */
export type BaseSources = {
  readonly subject: PlanSubject
  /** The newest success of each work item. */
  readonly records: EarlierRecords
  readonly context: Context
  readonly io: Io
}

/** Records of several builds stand for a plan: those of the newest successes. */
const recordsBase = (whole: WholePlan, records: EarlierRecords, where: string): Base | undefined => {
  const plan = recordedBase(whole, records)
  const count = plan === undefined ? 0 : plan.items.length
  return plan && { kind: 'found', text: `in ${where} of ${count} of ${whole.items.length} work items`, plan }
}

const readBase = async (path: string, whole: WholePlan, context: Context, io: Io): Promise<Base> => {
  const text = await io.files.read(path)
  if (text !== undefined && path.endsWith('.jsonl')) {
    const newest = newestRecords(parseRecords(text, path), branchesOf(context.event))
    const base = recordsBase(whole, newest, `the records of ${path}`)
    return base ?? { kind: 'missing', text: `${path} has no record of a work item of this plan` }
  }
  if (text !== undefined) return { kind: 'found', text: `in ${path}`, plan: parsePlan(text, path) }
  const hint = 'leave the input out to compare with the newest plan of the default branch that is kept in the registry'
  throw inputError(`base-plan: there is no plan file ${path}`, { hint })
}

const findBase = async (
  path: string | undefined,
  whole: WholePlan,
  { subject, records, context, io }: BaseSources,
): Promise<Base> => {
  if (path !== undefined) return readBase(path, whole, context, io)
  const kept = await fetchBasePlan(subject, context, io)
  if ('without' in kept) {
    return recordsBase(whole, records, 'the newest records') ?? { kind: 'missing', text: kept.without }
  }
  return { kind: 'found', text: `kept as ${kept.place}`, plan: kept.plan }
}

/** What changed since an earlier plan, told in the log; undefined when nobody asks. Throws when the named plan is none. */
export const findChanges = async (
  whole: WholePlan,
  inputs: ChangeInputs,
  sources: BaseSources,
): Promise<PlanChanges | undefined> => {
  const { scope, basePlan, comment } = inputs
  if (scope !== 'changed' && basePlan === undefined && !comment) return undefined
  const { plan, ...base } = await findBase(basePlan, whole, sources)
  const compared = comparePlans(whole, plan)
  // What `only` leaves out is not gone.
  const comparison = sources.subject.only.length === 0 ? compared : { ...compared, gone: [] }
  const changes = { items: whole.items, comparison, hints: findWhatIfs(whole.items, comparison.groups), base }
  for (const line of renderChangeLines(changes)) sources.io.actions.info(plainLine(line))
  return changes
}

/** What is known of work items that became others. */
export type KnownChanges = {
  readonly changes?: PlanChanges
  /** Images that moved, each with the work items on it by index. */
  readonly bases: readonly Pick<BaseChange, 'items'>[]
}

/** Which work items a plan is for, by index: all, or those that changed in the way that is asked for, and the forced. */
export const chooseItems = (
  { items }: WholePlan,
  { changes, bases }: KnownChanges,
  { scope }: ChangeInputs,
  forced: Forced['items'],
): readonly number[] => {
  const all = items.map((_, index) => index)
  if (scope === 'bases-only') {
    const moved = new Set(bases.flatMap((base) => base.items))
    return all.filter((index) => forced.has(index) || moved.has(index))
  }
  if (scope === 'all' || changes === undefined) return all
  return all.filter((index) => forced.has(index) || changes.comparison.items[index]?.changed === true)
}

/** Keeps one comment on the pull request of this run that says what it touches. Never fails the run. */
export const keepComment = async (
  { plan, changes }: { readonly plan: Plan; readonly changes?: PlanChanges },
  { comment }: ChangeInputs,
  io: Io,
): Promise<void> => {
  if (!comment || changes === undefined) return
  const kept = await io.comments.keep(`plan ${plan.name}`, renderPlanComment(planCommentInput(plan, changes)))
  switch (kept.status) {
    case 'created':
    case 'updated':
    case 'unchanged':
      io.actions.info(`The comment on the pull request was ${kept.status}`)
      return
    case 'unavailable':
      io.actions.info(`There is no comment: ${kept.reason}`)
      return
    case 'failed':
      io.actions.warning({ message: `the comment on the pull request could not be kept: ${kept.reason}` })
  }
}
