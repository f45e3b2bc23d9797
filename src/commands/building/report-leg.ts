import { join } from 'node:path'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { checkFindings } from '../../lint/buildkit-check.ts'
import { adviceOnFullDisk } from '../../plan/room.ts'
import { cacheFaults } from '../../report/cache-faults.ts'
import { firstMissOf } from '../../report/fold/first-miss.ts'
import { foldRecords } from '../../report/fold/fold-records.ts'
import type { Results } from '../../report/results.ts'
import { renderLintSummary } from '../../report/lint-section.ts'
import { renderStepLines } from '../../report/step-lines.ts'
import { renderSummary } from '../../report/summary.ts'
import type { CommandResult } from '../command.ts'
import type { BuildInputs } from '../inputs.ts'
import { tellFindings } from '../tell-findings.ts'
import { handOutFiles } from './hand-out.ts'
import { keepRecords } from './keep-records.ts'
import { legRecords } from './leg-records.ts'
import { legResults, publicMetadata, type LegReport } from './leg-results.ts'

/** A failed step is an annotation on the line of the fragment that the user wrote. */
const annotate = ({ items }: Results, io: Io): void => {
  const told = new Set<string>()
  for (const { manifestId, platform, error } of items) {
    if (error === undefined) continue
    const where = `${error.file ?? ''}:${error.line ?? 0} ${error.message}`
    if (told.has(where)) continue
    told.add(where)
    const place = error.file === undefined ? {} : { place: { file: error.file, line: error.line ?? 1, column: 1 } }
    const tail = error.logTail.slice(-5).join('\n')
    io.actions.error({
      title: `${manifestId} (${platform}) failed`,
      message: [error.message, tail].join('\n').trim(),
      ...place,
    })
  }
}

const failureText = ({ items, kind }: Results): { readonly failure?: string } => {
  const failed = items
    .filter(({ status }) => status !== 'built')
    .map(({ manifestId, platform }) => `${manifestId} (${platform})`)
  if (failed.length === 0) return {}
  const texts = items.flatMap(({ error }) => (error === undefined ? [] : [error.message, ...error.logTail]))
  const advice = adviceOnFullDisk(texts)
  const what = kind === 'wave' ? 'prefixes' : 'work items'
  const failure = `${failed.length} of ${items.length} ${what} failed: ${failed.join(', ')}`
  return { failure: advice === undefined ? failure : `${failure}; ${advice}` }
}

/** Shows what BuildKit's own checks found; returns why that fails the step, if it does. */
const tellChecks = async (
  { work, outcome }: LegReport,
  { lint }: BuildInputs,
  io: Io,
): Promise<{ readonly failure?: string }> => {
  const findings = checkFindings(outcome.checks, work.fragments, [work.plan.lint ?? { rules: {} }, lint])
  if (findings.length > 0) await io.actions.summary(renderLintSummary(findings))
  const failure = tellFindings(findings, io)
  return failure === undefined ? {} : { failure }
}

/** Tells what the leg did: log, annotations, results file, job summary, outputs. */
export const reportLeg = async (
  report: LegReport,
  inputs: BuildInputs,
  context: Context,
  io: Io,
): Promise<CommandResult> => {
  const results = legResults(report, io.clock.now().toISOString())
  const { folder } = report.written
  const file = join(folder, 'results.json')
  await io.files.write(file, `${JSON.stringify(results, null, 2)}\n`)
  const noCache = inputs.options.noCache || inputs.options.noCacheFilters.length > 0
  const records = await legRecords(report, results, { context, noCache }, io)
  const recordsFile = await keepRecords(report.work, records, { inputs: inputs.records, folder }, io)
  const { report: run } = foldRecords(records, { history: { runs: [], keep: 0 } })
  for (const item of results.items) {
    const { title, lines } = renderStepLines(item)
    io.actions.group(title, lines)
  }
  annotate(results, io)
  const faults = cacheFaults(results.items)
  if (faults !== undefined) io.actions.warning({ title: 'Cache', message: faults })
  await io.actions.summary(renderSummary(results, { run, reproduction: await handOutFiles(report, context, io) }))
  const checked = await tellChecks(report, inputs, io)
  const digest = results.items.length === 1 ? (results.items[0]?.digest ?? '') : ''
  return {
    outputs: {
      digest,
      metadata: publicMetadata(report),
      results: file,
      'cached-steps': String(results.cachedSteps),
      'total-steps': String(results.totalSteps),
      'cache-hit-ratio': String(results.cacheHitRatio),
      'steps-run': String(results.stepsRun),
      'records-path': recordsFile ?? '',
      'first-miss': firstMissOf(run),
      'rendered-path': folder,
    },
    ...checked,
    ...failureText(results),
  }
}
