import type { Plan } from '../../src/plan/plan.ts'
import type { Results, StepReport, WorkItemResult } from '../../src/report/results.ts'
import { PLANNED } from '../support/samples.ts'

/** A step as a literal: what differs from a hit in layer `core`. */
export const sampleStep = (changes: Partial<StepReport> = {}): StepReport => ({
  layer: 'core',
  variant: '0.1.0',
  file: 'fragments/core/cpu.Dockerfile',
  line: 4,
  text: 'RUN pip install --no-cache-dir numpy==2.3.4',
  outcome: 'hit',
  execMs: 0,
  loadMs: 120,
  downloadedBytes: 0,
  ...changes,
})

/** A work item as a literal, with its counts taken from its steps. */
export const sampleItem = (changes: Partial<WorkItemResult> = {}): WorkItemResult => {
  const steps = changes.steps ?? [sampleStep()]
  const cachedSteps = steps.filter(({ outcome }) => outcome === 'hit').length
  return {
    manifestId: 'llm_factory',
    aliases: [],
    platform: 'linux/amd64',
    status: 'built',
    images: [],
    totalSteps: steps.length,
    cachedSteps,
    cacheHitRatio: steps.length === 0 ? 1 : cachedSteps / steps.length,
    durationMs: 41_250,
    cacheFrom: [],
    cacheTo: [],
    ...changes,
    steps,
  }
}

/** Results as a literal, with its counts taken from its work items. */
export const sampleResults = (changes: Partial<Results> = {}): Results => {
  const items = changes.items ?? [sampleItem()]
  const sum = (count: (item: WorkItemResult) => number): number => items.reduce((total, item) => total + count(item), 0)
  const totalSteps = sum((item) => item.totalSteps)
  const cachedSteps = sum((item) => item.cachedSteps)
  return {
    version: 1,
    startedAt: '2026-11-22T15:39:57.000Z',
    finishedAt: '2026-11-22T15:44:02.400Z',
    factory: 'strata.yaml',
    name: 'llm-factory',
    builder: { name: 'strata', driver: 'docker-container', buildkit: 'v0.32.2', buildx: 'v0.36.1' },
    cache: {
      strategy: 'manifest',
      access: { read: true, write: true, reason: 'push on the default branch main' },
    },
    totalSteps,
    cachedSteps,
    cacheHitRatio: totalSteps === 0 ? 1 : cachedSteps / totalSteps,
    stepsRun: totalSteps - cachedSteps,
    disagreed: { steps: 0, refs: [] },
    excluded: [],
    ...changes,
    items,
  }
}

/** A plan without anything to do, and what differs from it. */
export const samplePlan = (changes: Partial<Plan> = {}): Plan => {
  const { schedule, pools: _, ...planned } = PLANNED
  return { version: 2, digest: '3f9c0a1b2c3d4e5f', ...planned, ...schedule, ...changes }
}
