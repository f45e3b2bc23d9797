import type { Io } from '../../io/io.ts'
import { renderCount, renderNumber } from '../../report/quantity.ts'
import { type DecidedObject, type Decision, doomedOf } from './decision.ts'

/** Lines of one place that the log takes; all are in the report file. */
const MAX_LINES = 2_000

/** An object as a line of the log names it. */
export const nameOfObject = ({ found: { object } }: DecidedObject): string =>
  object.tags.length === 0 ? (object.digest ?? object.id) : object.tags.join(' ')

const lineOf = (decided: DecidedObject): string =>
  `${decided.verdict} ${nameOfObject(decided)} (${decided.rule}: ${decided.reason})`

/** Prints what goes and why, in the order in which it goes; a dry run prints the same as a real one. */
export const printPlan = ({ places, unreadable }: Pick<Decision, 'places' | 'unreadable'>, io: Io): void => {
  for (const decided of places) {
    const doomed = doomedOf(decided)
    const kept = decided.objects.length - doomed.length
    const title = `${decided.place.store.name}: ${renderCount(doomed.length, 'object')} to delete, ${renderNumber(kept)} to keep`
    const lines = doomed.slice(0, MAX_LINES).map(lineOf)
    const more = doomed.length - lines.length
    io.actions.group(title, more > 0 ? [...lines, `and ${renderNumber(more)} more, in the report file`] : lines)
  }
  if (unreadable.length > 0) {
    const message = `${unreadable.slice(0, 5).join('; ')}${unreadable.length > 5 ? `; and ${unreadable.length - 5} more` : ''}`
    io.actions.warning({ title: 'What may depend on these stays', message })
  }
}
