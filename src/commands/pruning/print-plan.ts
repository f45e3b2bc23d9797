import type { Io } from '../../io/io.ts'
import { renderCount, renderNumber } from '../../report/quantity.ts'
import { renderDecision } from '../../retention/explain.ts'
import type { PrunePlan } from '../../retention/prune-plan.ts'

/** Lines of one place that the log takes; all are in the report file. */
const MAX_LINES = 2_000

/** Things that could not be read which a warning names before it counts the rest. */
const MAX_UNREADABLE = 5

/** Prints what goes and why, in the order in which it goes; a dry run prints the same as a real one. */
export const printPlan = ({ decisions, unreadable }: PrunePlan, io: Io): void => {
  for (const [place, all] of Map.groupBy(decisions, ({ store }) => store)) {
    const doomed = all.filter(({ verdict }) => verdict !== 'keep')
    const title = `${place}: ${renderCount(doomed.length, 'object')} to delete, ${renderNumber(all.length - doomed.length)} to keep`
    const lines = doomed.slice(0, MAX_LINES).map(renderDecision)
    const more = doomed.length - lines.length
    io.actions.group(title, more > 0 ? [...lines, `and ${renderNumber(more)} more, in the report file`] : lines)
  }
  if (unreadable.length === 0) return
  const more = unreadable.length - MAX_UNREADABLE
  const message = [...unreadable.slice(0, MAX_UNREADABLE), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  io.actions.warning({ title: 'What may depend on these stays', message })
}
