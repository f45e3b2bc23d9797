import type { WorkItem, WorkLayer } from '../../src/factory/work-item.ts'
import type { PlanForecast } from '../../src/plan/forecast.ts'
import type { Leg } from '../../src/plan/leg.ts'
import type { PlanInput } from '../../src/plan/plan.ts'
import type { PlannedPrefix } from '../../src/plan/prefixes.ts'
import type { ScheduledLeg } from '../../src/plan/schedule/work.ts'
import type { BuildOptions } from '../../src/render/bake.ts'

/** A layer that adds nothing, and what differs from it. */
export const sampleLayer = (changes: Partial<WorkLayer> = {}): WorkLayer => ({
  layer: 'base',
  variant: 'ubuntu-24.04',
  args: {},
  contexts: {},
  place: { file: 'strata.yaml', line: 8, column: 7 },
  ...changes,
})

/** A work item of a plan. */
export const sampleWork = (changes: Partial<WorkItem> = {}): WorkItem => ({
  manifestId: 'llm_factory',
  platform: 'linux/amd64',
  layers: [],
  image: 'ghcr.io/acme/llm-factory',
  tags: ['llm_factory'],
  bake: {},
  ...changes,
})

/** A leg of a matrix. */
export const sampleLeg = (changes: Partial<Leg> = {}): Leg => ({
  id: 'llm_factory-linux-amd64',
  name: 'amd64 · llm_factory',
  kind: 'build',
  platform: 'linux/amd64',
  pool: 'linux/amd64',
  'runs-on': 'ubuntu-24.04',
  'planned-at': '2026-11-22T15:39:57.000Z',
  'plan-digest': '3f9c0a1b2c3d4e5f',
  ...changes,
})

/** Steps come to nothing. */
export const NO_FORECAST: PlanForecast = {
  ...{ positions: 0, unique: 0, shared: 0, warm: 0, cold: 0, repeated: 0 },
  ...{ expectedMs: 0, lowerBoundMs: 0, runnerMs: 0, measured: 0 },
}

/** What plans have in common before there is work in them. */
export const PLANNED = {
  plannedAt: '2026-11-22T15:39:57.000Z',
  factory: 'strata.yaml',
  name: 'llm-factory',
  context: '.',
  cache: {
    strategy: 'layer',
    ref: 'ghcr.io/acme/llm-factory-cache',
    pools: {},
    access: { read: true, write: true, reason: 'push on the default branch main' },
  },
  builders: {},
  images: [],
  items: [],
  tops: [],
  imageKeys: [],
  prefixes: [],
  contents: [],
  files: {},
  forecast: NO_FORECAST,
  excluded: [],
  aliases: {},
  unchanged: [],
  schedule: { waves: [], legs: [] },
  pools: [],
} as const satisfies PlanInput

/** A leg of a schedule that builds nothing. */
export const sampleScheduled = (changes: Partial<ScheduledLeg> = {}): ScheduledLeg => ({
  pool: 'linux/amd64',
  slot: 0,
  leaves: [],
  nodes: [],
  repeats: [],
  loadMs: 0,
  ...changes,
})

/** A cold prefix of a plan, the lowest of its work item. */
export const samplePrefix = (changes: Partial<PlannedPrefix> = {}): PlannedPrefix => ({
  platform: 'linux/amd64',
  layer: 'core',
  variant: '0.1.0',
  item: 0,
  key: '3f9c0a1b2c3d4e5f'.repeat(4),
  content: 0,
  below: [],
  state: 'cold',
  imports: [],
  costMs: 0,
  measured: 0,
  ...changes,
})

/** Nothing that `docker buildx` is told about every target. */
export const NO_OPTIONS: BuildOptions = {
  labels: {},
  annotations: [],
  secrets: [],
  ssh: [],
  attests: [],
  noCache: false,
  noCacheFilters: [],
  pull: false,
  addHosts: {},
  allow: [],
  ulimits: [],
}
