import type { WorkItem } from '../factory/work-item.ts'
import type { StepResult, TargetResult } from '../progress/build-result.ts'
import type { Failure } from '../progress/failures.ts'
import type { RecordTest } from '../records/record.ts'
import type { CacheExport, StepReport, WorkItemResult } from './results.ts'

/** What is known of one work item when its leg is done. */
export type ItemOutcome = {
  readonly item: WorkItem
  readonly aliases: readonly string[]
  readonly images: readonly string[]
  /** Refs that it was told to import. */
  readonly imports: readonly string[]
  readonly exports: readonly CacheExport[]
  readonly result?: TargetResult
  readonly digest?: string
  readonly failure?: Failure
  readonly test?: RecordTest
}

const stepReport = ({ step, digests, outcome, execMs, loadMs, downloadedBytes }: StepResult): StepReport => {
  // The legacy builder has no vertices; what it goes by instead is no digest.
  const vertex = digests.find((digest) => digest.startsWith('sha256:'))
  return {
    layer: step.layer,
    variant: step.variant,
    file: step.file,
    line: step.lines.start,
    text: step.original ?? step.text,
    ...(vertex === undefined ? {} : { vertex }),
    outcome,
    execMs,
    loadMs,
    downloadedBytes,
  }
}

const durationOf = ({ startedAt, completedAt }: TargetResult): number =>
  startedAt === undefined || completedAt === undefined
    ? 0
    : Math.max(0, Date.parse(completedAt) - Date.parse(startedAt))

/** The first line of what BuildKit said; what follows repeats the Dockerfile. It may hold values of arguments. */
const errorOf = ({ step, error, exitCode, logTail }: Failure): NonNullable<WorkItemResult['error']> => ({
  // A step's own words would show the values of its arguments.
  message: step !== undefined && exitCode !== undefined ? `exit code ${exitCode}` : (error.split('\n')[0] ?? error),
  logTail,
  ...(step === undefined ? {} : { file: step.file, line: step.lines.start }),
})

/** The result of one work item, as it is reported. */
export const workItemResult = (outcome: ItemOutcome): WorkItemResult => {
  const { item, result, failure } = outcome
  const importErrors = new Map((result?.imports ?? []).map(({ ref, error }) => [ref, error]))
  return {
    manifestId: item.manifestId,
    aliases: outcome.aliases,
    platform: item.platform,
    status: failure === undefined ? 'built' : 'failed',
    images: outcome.images,
    steps: (result?.steps ?? []).map(stepReport),
    totalSteps: result?.counts.total ?? 0,
    cachedSteps: result?.counts.cached ?? 0,
    cacheHitRatio: result?.counts.ratio ?? 1,
    durationMs: result === undefined ? 0 : durationOf(result),
    cacheFrom: outcome.imports.map((ref) => {
      const error = importErrors.get(ref)
      return { ref, ...(error === undefined ? {} : { error }) }
    }),
    cacheTo: outcome.exports,
    ...(outcome.test === undefined ? {} : { test: outcome.test }),
    ...(outcome.digest === undefined ? {} : { digest: outcome.digest }),
    ...(failure === undefined ? {} : { error: errorOf(failure) }),
  }
}
