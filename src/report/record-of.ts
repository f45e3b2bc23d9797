import type { WorkItem } from '../factory/work-item.ts'
import type { StepResult, TargetResult } from '../progress/build-result.ts'
import type {
  CompatibilityRecord,
  RecordBuilder,
  RecordLayer,
  RecordRead,
  RecordStep,
  RecordWrite,
} from '../records/record.ts'
import type { RecordRun } from '../records/record.ts'
import type { LegLayer } from './leg-layer.ts'
import { failedLayer } from '../records/failures.ts'
import { type CacheFacts, missReasons } from './miss-reason.ts'
import type { WorkItemResult } from './results.ts'

/** What all records of a leg have in common. */
export type RecordFrame = {
  readonly kind: CompatibilityRecord['kind']
  readonly factory: string
  readonly name: string
  readonly strategy: string
  readonly run: RecordRun
  readonly builder: RecordBuilder
  readonly cache: Omit<CacheFacts, 'reads'>
  /** How often prefixes failed in a row before, by key; absent where failures are not counted. */
  readonly failures?: Readonly<Record<string, number>>
}

/** What a work item did, and what is known of it. */
export type RecordSubject = {
  readonly item: WorkItem
  readonly layers: readonly LegLayer[]
  readonly bases: CompatibilityRecord['images']
  /** Absent for a prefix, which has no image. */
  readonly imageKey?: string
  readonly report: WorkItemResult
  /** Absent when it was not even tried. */
  readonly result?: TargetResult
  readonly writes: readonly RecordWrite[]
}

const stepOf = ({
  step,
  outcome,
  execMs,
  loadMs,
  downloadedBytes,
  startedAt,
  completedAt,
}: StepResult): RecordStep => ({
  ...{ line: step.lines.start, text: step.original ?? step.text },
  ...{ outcome, execMs, loadMs, downloadedBytes },
  ...(startedAt === undefined ? {} : { startedAt }),
  ...(completedAt === undefined ? {} : { completedAt }),
})

const readsOf = ({ report, result }: RecordSubject): readonly RecordRead[] => {
  const times = new Map(result?.imports.map(({ ref, ms }) => [ref, ms]))
  return report.cacheFrom.map(({ ref, error }) => {
    const ms = times.get(ref)
    return { ref, ...(ms === undefined ? {} : { ms }), ...(error === undefined ? {} : { error }) }
  })
}

/** What the steps of a layer took, where all of them ran; else what was expected. */
const costOf = (
  { costMs, measured }: Pick<LegLayer, 'costMs' | 'measured'>,
  steps: readonly RecordStep[],
): Pick<RecordLayer, 'costMs' | 'measured'> =>
  steps.length > 0 && steps.every(({ outcome }) => outcome === 'run')
    ? { costMs: steps.reduce((sum, { execMs }) => sum + execMs, 0), measured: 1 }
    : { costMs, measured }

const layersOf = (subject: RecordSubject, cache: CacheFacts): readonly RecordLayer[] => {
  const byLayer = Map.groupBy(subject.result?.steps ?? [], ({ step }) => step.layer)
  const pairs = subject.layers.map((layer) => ({ layer, steps: (byLayer.get(layer.layer) ?? []).map(stepOf) }))
  const reasons = missReasons(pairs, cache)
  return pairs.map(({ layer: { state: _, differs: __, repeated: ___, reason: ____, ...known }, steps }, index) => {
    const reason = reasons[index]
    return { ...known, ...costOf(known, steps), steps, ...(reason === undefined ? {} : { reason }) }
  })
}

/** How often in a row the step that failed now did so, this time included. */
const countFailure = (
  layers: readonly RecordLayer[],
  failures: RecordFrame['failures'],
): Pick<CompatibilityRecord, 'failures'> => {
  const key = failedLayer({ layers })?.key
  return key === undefined || failures === undefined ? {} : { failures: (failures[key] ?? 0) + 1 }
}

/** The record of one work item, or of one prefix of a wave. */
export const recordOf = (subject: RecordSubject, frame: RecordFrame): CompatibilityRecord => {
  const { item, report, result, bases, writes } = subject
  const { cache, failures, ...shared } = frame
  const reads = readsOf(subject)
  const layers = layersOf(subject, { ...cache, reads })
  return {
    ...{ version: 1, ...shared, manifest_id: item.manifestId, aliases: report.aliases, platform: item.platform },
    ...(item.version === undefined ? {} : { manifestVersion: item.version }),
    ...{ images: bases, verdict: report.status, published: report.images },
    ...(report.digest === undefined ? {} : { digest: report.digest }),
    ...countFailure(layers, failures),
    ...(subject.imageKey === undefined ? {} : { imageKey: subject.imageKey }),
    ...(report.test === undefined ? {} : { test: report.test }),
    layers,
    ...{ cacheFrom: reads, cacheTo: writes, totalSteps: report.totalSteps, cachedSteps: report.cachedSteps },
    durationMs: report.durationMs,
    downloadedBytes: result?.downloadedBytes ?? 0,
    exportMs: (result?.exports ?? []).reduce((sum, { ms }) => sum + ms, 0),
    ...(report.error === undefined ? {} : { error: report.error }),
  }
}
