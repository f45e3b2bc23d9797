import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { decideCacheAccess } from '../plan/access.ts'
import { type PruneReport, renderPruneFile, totalsOf } from '../report/prune/prune-report.ts'
import { renderPruneSummary } from '../report/prune/prune-summary.ts'
import type { CommandResult } from './command.ts'
import type { PruneInputs } from './prune-inputs.ts'
import { deleteDoomed } from './pruning/delete-doomed.ts'
import { explainObjects } from './pruning/explain-objects.ts'
import { findPlaces, openPlaces } from './pruning/find-places.ts'
import { askToConfirm } from './pruning/guards.ts'
import { printPlan } from './pruning/print-plan.ts'
import { readSituation } from './pruning/read-situation.ts'
import { reportPlace } from './pruning/report-prune.ts'
import { keepState } from './pruning/state.ts'
import { decide } from './pruning/decide.ts'
import { watchRecords } from './pruning/watch-records.ts'

const outputsOf = ({ totals }: PruneReport, file: string): CommandResult['outputs'] => ({
  deleted: String(totals.deleted),
  kept: String(totals.kept),
  failed: String(totals.failed),
  left: String(totals.left),
  'bytes-freed': String(totals.bytesBefore - totals.bytesAfter),
  'report-path': file,
})

const tellReport = async (report: PruneReport, inputs: PruneInputs, io: Io): Promise<string> => {
  const file = inputs.reportPath ?? join(await io.files.makeFolder('strata-prune'), 'prune.json')
  await io.files.write(file, renderPruneFile(report))
  await io.actions.summary(renderPruneSummary(report))
  return file
}

/** Why the action fails although it did all it could. */
const failureOf = ({ totals, places, dryRun, stopped }: PruneReport): string | undefined => {
  if (dryRun) return undefined
  if (stopped !== undefined) return stopped
  const reason = places
    .flatMap(({ objects }) => objects)
    .find(({ outcome }) => outcome === 'failed' || outcome === 'unsupported')?.note
  return totals.failed === 0
    ? undefined
    : `${totals.failed} objects could not be deleted, the first: ${reason ?? 'no reason given'}`
}

/** Deletes what nobody needs any more, and says of everything why it went or stays. */
export const prune = async (inputs: PruneInputs, context: Context, io: Io): Promise<CommandResult> => {
  const startedAt = io.clock.now()
  const access = decideCacheAccess(context.event)
  if (!access.write) io.actions.info(`This is a dry run: ${access.reason}`)
  const dryRun = inputs.dryRun || !access.write
  const found = await findPlaces(inputs, context, io)
  const opened = openPlaces(found, inputs, io)
  const situation = await readSituation(found, opened, inputs, io)
  const decision = decide(situation)
  printPlan(decision, io)
  explainObjects(decision, inputs.explain, io)
  const closed = new Map(
    [...opened.caches, opened.records].flatMap((each) =>
      each.status === 'closed' ? [[each.store.name, each.reason]] : [],
    ),
  )
  const question = inputs.confirm ? undefined : askToConfirm(decision, (place) => place === opened.records.store.name)
  const runs = !dryRun && question === undefined
  const watch = watchRecords(found.records, situation.recordTags, io)
  const outcomes = runs ? await deleteDoomed(decision.places, closed, watch, inputs, context, io) : undefined
  if (!dryRun) await keepState(found.records, decision.state, io)
  const places = decision.places.map((place) => reportPlace(place, outcomes, closed.get(place.place.store.name)))
  const report: PruneReport = {
    ...{ version: 1, name: found.name, dryRun, unreadable: decision.unreadable, places, totals: totalsOf(places) },
    ...{ startedAt: startedAt.toISOString(), finishedAt: io.clock.now().toISOString() },
    ...(question === undefined ? {} : { stopped: question }),
  }
  const file = await tellReport(report, inputs, io)
  const failure = failureOf(report)
  return { outputs: outputsOf(report, file), ...(failure === undefined ? {} : { failure }) }
}
