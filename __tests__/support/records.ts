import type { CompatibilityRecord, RecordLayer, RecordStep } from '../../src/records/record.ts'

/** A step that ran for a second. */
export const sampleRecordStep = (changes: Partial<RecordStep> = {}): RecordStep => ({
  ...{ line: 3, text: 'RUN make', outcome: 'run', execMs: 1_000, loadMs: 0, downloadedBytes: 0 },
  ...changes,
})

/** A layer of one step, which was cached. */
export const sampleRecordLayer = (changes: Partial<RecordLayer> = {}): RecordLayer => ({
  ...{ layer: 'core', variant: '0.1.0', key: '3f9c0a1b2c3d4e5f'.repeat(4), inputs: [], costMs: 0, measured: 0 },
  fragment: { file: 'fragments/core.Dockerfile', digest: '0123456789abcdef' },
  steps: [sampleRecordStep({ outcome: 'hit', execMs: 0 })],
  ...changes,
})

/** A record of a work item that was built on the default branch. */
export const sampleRecord = (changes: Partial<CompatibilityRecord> = {}): CompatibilityRecord => ({
  ...{ version: 1, kind: 'work-item', manifest_id: 'llm_factory', aliases: [], platform: 'linux/amd64' },
  ...{ factory: 'strata.yaml', name: 'llm-factory', strategy: 'layer', images: [], verdict: 'built', published: [] },
  run: {
    ...{ id: '7', attempt: 1, branch: 'main', leg: 'amd64-1' },
    ...{ startedAt: '2026-11-22T15:39:57.000Z', finishedAt: '2026-11-22T15:41:57.000Z' },
  },
  builder: { name: 'strata', driver: 'docker-container', buildkit: 'v0.32.2', buildx: 'v0.36.1' },
  layers: [sampleRecordLayer()],
  ...{ cacheFrom: [], cacheTo: [], totalSteps: 1, cachedSteps: 1, durationMs: 2_000, downloadedBytes: 0, exportMs: 0 },
  ...changes,
})
