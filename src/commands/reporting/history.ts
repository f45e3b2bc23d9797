import { join } from 'node:path'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { HISTORY_ENTRIES } from '../../layers/actions-cache-key.ts'
import { decideCacheAccess } from '../../plan/access.ts'
import { branchesOf, ownBranch } from '../../plan/branches.ts'
import type { ReportSubject } from '../../report/fold/fold-records.ts'
import type { PastRun } from '../../report/fold/trend.ts'
import { parseHistory, renderHistory } from '../../report/history-file.ts'

/** A part of a key. Keys may hold no comma, and a slash is ours. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

/** Begins the keys of all histories of a branch. What follows is never part of a name, so no branch begins another's. */
const prefixOf = ({ name, factory }: ReportSubject, branch: string): string =>
  `${HISTORY_ENTRIES}${encode(name)}/${encode(factory)}/${encode(branch)}/`

/** Where the history lies, always the same path, as that is part of what the cache service finds it by. */
const fileIn = ({ temporary }: Context): string => join(temporary, HISTORY_ENTRIES, 'history.json')

/** Earlier runs of this branch, else of the one that the run's changes go to, else of the default branch. */
export const readHistory = async (subject: ReportSubject, context: Context, io: Io): Promise<readonly PastRun[]> => {
  const file = fileIn(context)
  const prefixes = branchesOf(context.event).map((branch) => prefixOf(subject, branch))
  const restored = await io.actionsCache.restore(file, prefixes)
  switch (restored.status) {
    case 'restored':
      return parseHistory((await io.files.read(file)) ?? '')
    case 'missing':
      io.actions.info('No earlier run is known for the trend; this one is kept for those to come')
      return []
    case 'unavailable':
      io.actions.info('There is no Actions cache here, so the trend has only runs that there are records of')
      return []
    case 'failed':
      io.actions.info(`Earlier runs could not be read for the trend: ${restored.reason}`)
      return []
  }
}

/**
 * Keeps the runs for those to come, under a new key for each run and attempt. Only runs that may write the cache do: what
 * a pull request did is not what its branch did.
 */
export const keepHistory = async (
  subject: ReportSubject,
  runs: readonly PastRun[],
  context: Context,
  io: Io,
): Promise<void> => {
  const { event, run } = context
  if (event.name === undefined || run.id === undefined) return
  const { write, reason } = decideCacheAccess(event)
  const branch = ownBranch(event)
  if (!write || branch === undefined) {
    io.actions.info(`This run is not kept for the trend: ${reason}`)
    return
  }
  const file = fileIn(context)
  await io.files.write(file, renderHistory(runs))
  const saved = await io.actionsCache.save(file, `${prefixOf(subject, branch)}${run.id}-${run.attempt ?? 1}`)
  if (saved.status === 'failed') io.actions.info(`This run is not kept for the trend: ${saved.reason}`)
}
