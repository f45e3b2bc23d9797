import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { firstMissOf } from '../report/fold/first-miss.ts'
import { foldRecords, subjectOf, type FoldedRun, type FoldOptions } from '../report/fold/fold-records.ts'
import { checkHitRatios } from '../report/hit-ratio.ts'
import { renderMetrics } from '../report/metrics.ts'
import { parseNeeds } from '../report/needs.ts'
import { renderReportFile } from '../report/report-file.ts'
import type { RunReport } from '../report/run-report.ts'
import { renderRunSummary } from '../report/run-summary/run-summary.ts'
import type { CommandResult } from './command.ts'
import type { ReportInputs } from './report-inputs.ts'
import { findPlan } from './reporting/find-plan.ts'
import { gatherRecords, tellNoRecords } from './reporting/gather-records.ts'
import { keepHistory, readHistory } from './reporting/history.ts'
import { writePage } from './reporting/write-page.ts'

/** Legs that a warning names before it counts the rest. */
const MAX_LEGS = 5

const tellMissing = ({ legs }: RunReport, io: Io): void => {
  const names = legs.filter(({ status }) => status === 'missing').map(({ name }) => name)
  if (names.length === 0) return
  const more = names.length > MAX_LEGS ? ` and ${names.length - MAX_LEGS} more` : ''
  const message = `planned, and without any record: ${names.slice(0, MAX_LEGS).join(', ')}${more}`
  io.actions.warning({ title: 'Legs are missing', message })
}

/** The hit ratios that were asked for: a warning or the failure of the step where the run falls short. */
const judgeHitRatios = (report: RunReport, inputs: ReportInputs, io: Io): { readonly failure?: string } => {
  const short = checkHitRatios(report, inputs.wanted)
  if (short.length === 0) return {}
  const message = short.join('; ')
  if (inputs.onLowHitRatio === 'fail') return { failure: message }
  io.actions.warning({ title: 'Low hit ratio', message })
  return {}
}

/** Folds the records with the runs before this one, and keeps this one for those that follow. */
const foldWithHistory = async (
  records: readonly CompatibilityRecord[],
  known: Omit<FoldOptions, 'history'>,
  keep: number,
  context: Context,
  io: Io,
): Promise<FoldedRun> => {
  const subject = subjectOf(records, known.plan)
  if (keep === 0 || records.length === 0 || subject === undefined) {
    return foldRecords(records, { ...known, history: { runs: [], keep } })
  }
  const runs = await readHistory(subject, context, io)
  const folded = foldRecords(records, { ...known, history: { runs, keep } })
  await keepHistory(subject, folded.trend, context, io)
  return folded
}

const outputsOf = (report: RunReport, file: string): CommandResult['outputs'] => ({
  'cache-hit-ratio': String(report.hitRatio),
  'steps-run': String(report.stepsRun),
  'steps-unique': String(report.counts.total),
  'first-miss': firstMissOf(report),
  results: file,
})

/** Tells what a whole run did: summary, report file, metrics, outputs. */
export const report = async (inputs: ReportInputs, context: Context, io: Io): Promise<CommandResult> => {
  const needs = inputs.needs === undefined ? undefined : parseNeeds(inputs.needs)
  const plan = await findPlan(inputs.planPath, needs?.plans ?? [], io)
  const records = await gatherRecords(inputs.records, io)
  const hasWork = plan === undefined || plan.waves.flat().length + plan.legs.length > 0
  if (records.length === 0 && !hasWork) {
    io.actions.info('Nothing was to be built, so there is nothing to report')
    return { outputs: {} }
  }
  const unrecorded = records.length === 0 ? tellNoRecords(inputs.ifNoRecords, io) : {}
  if (records.length === 0 && plan === undefined) return { outputs: {}, ...unrecorded }
  const known = { ...(plan === undefined ? {} : { plan }), ...(needs === undefined ? {} : { needs }) }
  const folded = await foldWithHistory(records, known, inputs.history, context, io)
  tellMissing(folded.report, io)
  const folder = await io.files.makeFolder('strata-report')
  const [file, pageFile] = [join(folder, 'report.json'), inputs.reportPath ?? join(folder, 'report.html')]
  await io.files.write(file, renderReportFile(folded.report))
  const page = await writePage(folded.report, pageFile, context, io)
  if (inputs.metricsPath !== undefined) await io.files.write(inputs.metricsPath, renderMetrics(folded.report))
  await io.actions.summary(renderRunSummary(folded.report, page))
  const judged = records.length === 0 ? unrecorded : judgeHitRatios(folded.report, inputs, io)
  return { outputs: { ...outputsOf(folded.report, file), 'report-path': pageFile }, ...judged }
}
