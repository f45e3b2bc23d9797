import type { Clock } from '../../io/clock.ts'
import type { Holding } from '../../retention/holding.ts'
import type { Deletion, Store } from '../../io/stores/store.ts'
import type { Budget } from './budget.ts'
import { createProgress } from './progress.ts'

/** An object that shall go. */
export type DeletionTask = {
  readonly object: Holding
  /** Ids of doomed objects that lead to it: it goes after them, and stays when one of them does. */
  readonly parents: readonly string[]
}

/** What became of a task. `left`: it was not tried, since something ended the work; a later run goes on with it. */
export type Outcome = Deletion | { readonly status: 'left'; readonly reason: string }

/** What deletions of one place need. */
export type DeletionContext = {
  readonly store: Store
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly budget: Budget
  readonly tell: (line: string) => void
  /** Why an object must stay after all, from what came since it was doomed; asked right before it is deleted. */
  readonly isNeeded: (object: Holding) => Promise<string | undefined>
}

/** Failures in a row after which the rest would fail, too. */
const MAX_FAILURES = 20

const MINUTE = 60_000

/** Lets so many through in a minute, evenly. */
const createStarts = (perMinute: number | undefined, clock: DeletionContext['clock']): (() => Promise<void>) => {
  if (perMinute === undefined) return () => Promise.resolve()
  let next = 0
  return async () => {
    const now = clock.now().getTime()
    const start = Math.max(now, next)
    next = start + MINUTE / perMinute
    if (start > now) await clock.sleep(start - now)
  }
}

const isGone = ({ status }: Outcome): boolean => status === 'deleted' || status === 'gone'

/** Deletes one object, and again after the waits that the store asks for, as far as there is time for them. */
const deleteObject = async (object: Holding, context: DeletionContext): Promise<Deletion> => {
  const { store, clock, budget, isNeeded } = context
  for (;;) {
    const needed = await isNeeded(object)
    if (needed !== undefined) return { status: 'moved', reason: needed }
    const deletion = await store.delete(object)
    if (deletion.status !== 'exhausted' || !budget.hasTime(deletion.wait)) return deletion
    await clock.sleep(deletion.wait)
  }
}

/** Why nothing more is tried after an outcome; `failures` in a row there were so far. */
const endOf = (outcome: Outcome, failures: number): string | undefined => {
  if (outcome.status === 'unsupported' || outcome.status === 'exhausted' || outcome.status === 'left') {
    return outcome.reason
  }
  if (outcome.status !== 'failed' || failures < MAX_FAILURES) return undefined
  return `${failures} deletions failed in a row, the last: ${outcome.reason}`
}

/**
 * Deletes objects of one place, as many at a time and in a minute as it bears, each after those that lead to it. `tasks`
 * has parents before children. Never throws for what a store does: the outcomes, one for each task, tell.
 */
export const runDeletions = async (
  tasks: readonly DeletionTask[],
  context: DeletionContext,
): Promise<readonly Outcome[]> => {
  const { store, clock, budget } = context
  const progress = createProgress({ name: store.name, total: tasks.length }, clock, context.tell)
  const start = createStarts(store.pace.perMinute, clock)
  const outcomes = new Map<string, Promise<Outcome>>()
  const state: { failures: number; ended: string | undefined } = { failures: 0, ended: undefined }
  const settle = (outcome: Outcome): Outcome => {
    state.failures = outcome.status === 'failed' ? state.failures + 1 : 0
    state.ended ??= endOf(outcome, state.failures)
    progress.done()
    return outcome
  }
  const run = async ({ object, parents }: DeletionTask): Promise<Outcome> => {
    const before = await Promise.all(parents.flatMap((id) => outcomes.get(id) ?? []))
    if (state.ended !== undefined) return { status: 'left', reason: state.ended }
    if (!before.every(isGone)) return { status: 'left', reason: 'what leads to it is still there' }
    await start()
    const spent = budget.isSpent()
    return settle(spent === undefined ? await deleteObject(object, context) : { status: 'left', reason: spent })
  }
  const queue = tasks.values()
  const work = async (): Promise<void> => {
    for (const task of queue) {
      const outcome = run(task)
      outcomes.set(task.object.id, outcome)
      await outcome
    }
  }
  await Promise.all(Array.from({ length: store.pace.concurrency }, work))
  return Promise.all(tasks.flatMap(({ object }) => outcomes.get(object.id) ?? []))
}
