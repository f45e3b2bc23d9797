import type { MissReason } from '../../src/records/reason.ts'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import { foldRecords } from '../../src/report/fold/fold-records.ts'
import type { RunReport, TrendPoint } from '../../src/report/run-report.ts'
import { FIRST, generateRun, planOf, type RunShape, sampleShape } from '../support/run-records.ts'

const NO_HISTORY = { runs: [], keep: 30 }

/** A core that changed, whatever else did not, and an app whose ref is gone. */
export const changed: RunShape['cold'] = (layer, variant): MissReason | undefined => {
  if (layer === 'core' && variant === '0.1.0') {
    return {
      ...{ kind: 'fragment', subject: 'fragments/core/0.1.0.Dockerfile' },
      evidence: ['-RUN pip install numpy==2.3.3', '+RUN pip install numpy==2.3.4'],
    }
  }
  if (layer === 'app' && variant === 'app-2') {
    return { kind: 'ref-missing', evidence: ['app-linux-amd64-3f9c0a1b2c3d4e5f was not there'] }
  }
  return undefined
}

const failing = (record: CompatibilityRecord): CompatibilityRecord =>
  record.run.leg !== 'linux-arm64-2' || record.manifest_id !== 'app-1-0.1.0'
    ? record
    : {
        ...record,
        verdict: 'failed',
        layers: record.layers.map((layer) =>
          layer.layer === 'app'
            ? {
                ...layer,
                steps: layer.steps.map((step, index) => ({ ...step, outcome: index < 2 ? 'run' : 'failed' })),
              }
            : layer,
        ),
        error: { message: 'exit code 2', file: 'apps/app-1/Dockerfile', line: 5, logTail: ['make: *** no rule'] },
      }

const past = (
  day: number,
  hitRatio: number,
  minutes: number,
): { readonly run: string; readonly point: TrendPoint } => ({
  run: `past-${day}`,
  point: {
    ...{ startedAt: `2026-11-${10 + day}T03:00:00.000Z`, hitRatio, stepsUnique: 60, durationMs: minutes * 60_000 },
    stepsRun: Math.round((1 - hitRatio) * 60),
  },
})

/** A run of many things: one leg is missing, one failed, a core changed, an app's ref was gone, earlier runs are known. */
export const mixedReport = (): RunReport => {
  const shape = sampleShape({ cold: changed })
  const records = generateRun(shape)
    .filter(({ run }) => run.leg !== 'linux-amd64-2')
    .map(failing)
  const runs = [0, 0.5, 0.9, 1, 0.95].map((ratio, day) => past(day, ratio, 30 - 4 * day))
  const needs = {
    ...{ legs: [], plans: [] },
    jobs: [
      { name: 'wave-1', result: 'success' as const },
      { name: 'build', result: 'failure' as const },
    ],
  }
  return foldRecords(records, { plan: planOf(shape), needs, history: { runs, keep: 30 } }).report
}

/** A run of that shape, alone. */
export const reportOf = (changes: Partial<RunShape> = {}): RunReport =>
  foldRecords(generateRun(sampleShape(changes)), { history: NO_HISTORY }).report

/** A report of 10,000 work items, nothing of which was in the cache. */
export const largeReport = (): RunReport => reportOf({ cores: 50, apps: 100, legs: 20, cold: FIRST })

/** A report in which every text that others write is this one. */
export const hostileReport = (text: string): RunReport => {
  const counts = { total: 2, cached: 1 }
  const reason: MissReason = {
    ...{ kind: 'fragment', subject: text, evidence: [text], root: { layer: text, variant: text } },
  }
  const times = { startedAt: '2026-11-22T15:39:57.000Z', finishedAt: '2026-11-22T15:44:02.400Z' }
  const leg = { id: text, name: text, kind: 'build', pool: text, attempt: 1, items: 1, counts } as const
  const span = { label: text, startedAt: times.startedAt, completedAt: times.finishedAt }
  return {
    ...{ name: text, factory: text, url: text, branch: text, commit: text, ...times },
    ...{ counts, hitRatio: 0.5, stepsRun: 1, repeats: 1, positions: 2, savedMs: 600_000, savedBasis: text },
    ...{ execMs: 1_000, downloadedBytes: 1, addedBytes: 1, layers: [text], platforms: [text] },
    prefixes: [
      {
        ...{ key: 'k', platform: text, layer: text, variant: text, file: text, items: 1, reason, costMs: 1 },
        steps: [
          { line: 1, text, outcome: 'hit', execMs: 0, loadMs: 1, repeats: 0 },
          { line: 2, text, outcome: 'run', execMs: 5_000, loadMs: 0, repeats: 1 },
        ],
      },
    ],
    items: [
      {
        ...{
          manifestId: text,
          aliases: [text],
          platform: text,
          verdict: 'failed',
          leg: text,
          pool: text,
          digest: text,
        },
        ...{ published: [text], top: 'k', variants: [{ layer: text, variant: text }], totalSteps: 2, cachedSteps: 1 },
        ...{ durationMs: 6_000, firstMiss: text, error: text },
      },
    ],
    misses: [{ title: text, kind: 'fragment', evidence: [text], steps: 1, execMs: 5_000, manifests: 1, items: 1 }],
    pools: [
      { pool: text, counts },
      { pool: `${text}2`, counts },
    ],
    legs: [
      { ...leg, ...times, status: 'failed', spans: [{ ...span, outcome: 'run' }] },
      { ...leg, ...times, id: `${text}2`, status: 'missing', spans: [{ ...span, outcome: 'failed' }] },
    ],
    jobs: [{ name: text, result: 'failure' }],
    pays: [{ layer: text, loadMs: 90_000, exportMs: 60_000, savedMs: 1_000, addedBytes: 4_000 }],
    trend: [],
    disagreed: 1,
  }
}
