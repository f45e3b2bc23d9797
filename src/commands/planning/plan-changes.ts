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
import { fetchBasePlan, type PlanSubject } from './kept-plan.ts'

/** The plan to compare with, or why there is none. */
type Base = PlanChanges['base'] & { readonly plan?: Plan }

const readBase = async (path: string, io: Io): Promise<Base> => {
  const text = await io.files.read(path)
  if (text !== undefined) return { kind: 'found', text: `in ${path}`, plan: parsePlan(text, path) }
  const hint = 'leave the input out to compare with the newest plan of the default branch that is kept in the registry'
  throw inputError(`base-plan: there is no plan file ${path}`, { hint })
}

const findBase = async (path: string | undefined, subject: PlanSubject, context: Context, io: Io): Promise<Base> => {
  if (path !== undefined) return readBase(path, io)
  const kept = await fetchBasePlan(subject, context, io)
  if ('without' in kept) return { kind: 'missing', text: kept.without }
  return { kind: 'found', text: `kept as ${kept.place}`, plan: kept.plan }
}

/** All that is planned, before anything is left out. */
export type WholePlan = ComparedPlan & Pick<Plan, 'aliases'>

/** What changed since an earlier plan, told in the log; undefined when nobody asks. Throws when the named plan is none. */
export const findChanges = async (
  whole: WholePlan,
  inputs: ChangeInputs,
  { subject, context, io }: { readonly subject: PlanSubject; readonly context: Context; readonly io: Io },
): Promise<PlanChanges | undefined> => {
  const { scope, basePlan, comment } = inputs
  if (scope !== 'changed' && basePlan === undefined && !comment) return undefined
  const { plan, ...base } = await findBase(basePlan, subject, context, io)
  const compared = comparePlans(whole, plan)
  // What `only` leaves out is not gone.
  const comparison = subject.only.length === 0 ? compared : { ...compared, gone: [] }
  const changes = { items: whole.items, comparison, hints: findWhatIfs(whole.items, comparison.groups), base }
  for (const line of renderChangeLines(changes)) io.actions.info(plainLine(line))
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
