import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { decideCacheAccess } from '../plan/access.ts'
import { type PruneReport, renderPruneFile, totalsOf } from '../report/prune/prune-report.ts'
import { renderPruneSummary } from '../report/prune/prune-summary.ts'
import type { CommandResult } from './command.ts'
import type { PruneInputs } from './prune-inputs.ts'
import { planRetention } from '../retention/plan-retention.ts'
import { deleteDoomed } from './pruning/delete-doomed.ts'
import { explainObjects } from './pruning/explain-objects.ts'
import { findPlaces, openPlaces } from './pruning/find-places.ts'
import { askToConfirm } from './pruning/guards.ts'
import { printPlan } from './pruning/print-plan.ts'
import { readFacts } from './pruning/read-facts.ts'
import { reportPlace } from './pruning/report-prune.ts'
import { keepState } from './pruning/state.ts'
import { watchBuilds } from './pruning/watch-builds.ts'

/** Whether the run only says what it would do: it was asked to, or it has not earned more. */
const isDryRun = ({ dryRun }: PruneInputs, { event }: Context, io: Io): boolean => {
  const { write, reason } = decideCacheAccess(event)
  if (!write) io.actions.info(`This is a dry run, whatever the inputs say: ${reason}`)
  return dryRun || !write
}

const outputsOf = ({ totals }: PruneReport, file: string): CommandResult['outputs'] => ({
  deleted: String(totals.deleted),
  kept: String(totals.kept),
  failed: String(totals.failed),
  left: String(totals.left),
  'bytes-freed': String(totals.bytesBefore - totals.bytesAfter),
  'report-path': file,
})

/** Why the action fails although it did all it could. */
const failureOf = ({ totals, places, dryRun, stopped }: PruneReport): { readonly failure?: string } => {
  if (dryRun || (stopped === undefined && totals.failed === 0)) return {}
  if (stopped !== undefined) return { failure: stopped }
  const objects = places.flatMap((place) => place.objects)
  const first = objects.find(({ outcome }) => outcome === 'unsupported' || outcome === 'failed')
  return { failure: `${totals.failed} objects could not be deleted; the first: ${first?.note ?? 'no reason is known'}` }
}

const tell = async (report: PruneReport, inputs: PruneInputs, io: Io): Promise<CommandResult> => {
  const file = inputs.reportPath ?? join(await io.files.makeFolder('strata-prune'), 'prune.json')
  await io.files.write(file, renderPruneFile(report))
  await io.actions.summary(renderPruneSummary(report))
  return { outputs: outputsOf(report, file), ...failureOf(report) }
}

/** Deletes what nobody needs any more, and says of everything why it goes or stays. */
export const prune = async (inputs: PruneInputs, context: Context, io: Io): Promise<CommandResult> => {
  const startedAt = io.clock.now().toISOString()
  const dryRun = isDryRun(inputs, context, io)
  const found = await findPlaces(inputs, context, io)
  const opened = openPlaces(found, inputs, io)
  const { facts, places, recordTags } = await readFacts(found, opened, inputs, context, io)
  const plan = planRetention(facts)
  printPlan(plan, io)
  explainObjects(plan, inputs.explain, io)
  const question = inputs.confirm || dryRun ? undefined : askToConfirm(plan)
  const watch = watchBuilds(found.records, recordTags, io)
  const limits = { maxDuration: inputs.maxDuration, signal: context.signal }
  const { closed } = opened
  const outcomes =
    dryRun || question !== undefined
      ? undefined
      : await deleteDoomed(plan.decisions, { places, closed, watch }, limits, io)
  if (!dryRun) await keepState(found.records, plan.state, io)
  const reported = places.map((place) => reportPlace(place, plan.decisions, outcomes, closed.get(place.store.name)))
  const report: PruneReport = {
    ...{ version: 1, name: found.name, startedAt, finishedAt: io.clock.now().toISOString(), dryRun },
    ...(question === undefined ? {} : { stopped: question }),
    ...{ unreadable: plan.unreadable, places: reported, totals: totalsOf(reported) },
  }
  return tell(report, inputs, io)
}
