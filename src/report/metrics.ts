import { sumOf } from './fold/order.ts'
import { hitRatioOf } from './fold/met-prefix.ts'
import { heatCells } from './heat.ts'
import type { ReportItem, ReportLeg, RunReport } from './run-report.ts'

/** One sample of a family: its labels besides that of the factory, and its value. */
type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number }

/** A metric family. All are gauges: a file tells of one run, and the next run's begins anew. */
type Family = {
  readonly name: string
  readonly help: string
  readonly unit?: 'seconds' | 'bytes' | 'ratio'
  readonly samples: readonly Sample[]
}

const one = (value: number): readonly Sample[] => [{ value }]

const stepFamilies = (report: RunReport): readonly Family[] => [
  {
    ...{ name: 'strata_cache_hit_ratio', unit: 'ratio', help: 'Distinct steps from cache over all distinct steps.' },
    samples: one(report.hitRatio),
  },
  { name: 'strata_steps_unique', help: 'Distinct steps.', samples: one(report.counts.total) },
  { name: 'strata_steps_cached', help: 'Distinct steps that came from cache.', samples: one(report.counts.cached) },
  { name: 'strata_steps_run', help: 'Distinct steps that ran.', samples: one(report.stepsRun) },
  { name: 'strata_steps_repeated', help: 'Runs of steps beyond the first.', samples: one(report.repeats) },
  { name: 'strata_steps_disagreed', help: 'Steps that ran against equal keys.', samples: one(report.disagreed) },
  { name: 'strata_step_positions', help: 'Steps over all work items.', samples: one(report.positions) },
]

const layerFamilies = (report: RunReport): readonly Family[] => {
  const cells = heatCells(report)
  const of = (value: (cell: (typeof cells)[number]) => number): readonly Sample[] =>
    cells.map((cell) => ({ labels: { layer: cell.layer, platform: cell.platform }, value: value(cell) }))
  const samples = of(({ counts }) => hitRatioOf(counts))
  return [
    { name: 'strata_layer_cache_hit_ratio', unit: 'ratio', help: 'Steps from cache over all, by layer.', samples },
    {
      name: 'strata_layer_steps_cached',
      help: 'Steps from cache, by layer.',
      samples: of(({ counts }) => counts.cached),
    },
    {
      ...{ name: 'strata_layer_steps_run', help: 'Steps that ran, by layer.' },
      samples: of(({ counts }) => counts.total - counts.cached),
    },
  ]
}

const poolFamilies = ({ pools }: RunReport): readonly Family[] => [
  {
    ...{ name: 'strata_pool_steps_cached', help: 'Distinct steps from cache, by pool.' },
    samples: pools.map(({ pool, counts }) => ({ labels: { pool }, value: counts.cached })),
  },
  {
    ...{ name: 'strata_pool_steps_run', help: 'Distinct steps that ran, by pool.' },
    samples: pools.map(({ pool, counts }) => ({ labels: { pool }, value: counts.total - counts.cached })),
  },
]

const payFamilies = ({ pays }: RunReport): readonly Family[] => {
  const of = (value: (pay: RunReport['pays'][number]) => number): readonly Sample[] =>
    pays.map((pay) => ({ labels: { layer: pay.layer }, value: value(pay) }))
  const seconds = { unit: 'seconds' } as const
  return [
    {
      ...{ name: 'strata_cache_load_seconds', ...seconds, help: 'Loading from cache, over all legs.' },
      samples: of(({ loadMs }) => loadMs / 1000),
    },
    {
      ...{ name: 'strata_cache_export_seconds', ...seconds, help: 'Writing cache refs, over all legs.' },
      samples: of(({ exportMs }) => exportMs / 1000),
    },
    {
      ...{
        name: 'strata_cache_saved_seconds',
        ...seconds,
        help: 'What steps from cache would have taken; an estimate.',
      },
      samples: of(({ savedMs }) => savedMs / 1000),
    },
    {
      ...{ name: 'strata_cache_added_bytes', unit: 'bytes', help: 'What was added to the cache repository.' },
      samples: of(({ addedBytes }) => addedBytes),
    },
  ]
}

const totalFamilies = (report: RunReport): readonly Family[] => {
  const durationMs = Math.max(0, Date.parse(report.finishedAt) - Date.parse(report.startedAt))
  return [
    {
      ...{ name: 'strata_run_duration_seconds', unit: 'seconds', help: 'From the first leg to the end of the last.' },
      samples: one(durationMs / 1000),
    },
    {
      ...{ name: 'strata_step_time_seconds', unit: 'seconds', help: 'Time of the steps that ran, over all legs.' },
      samples: one(report.execMs / 1000),
    },
    {
      ...{ name: 'strata_saved_seconds', unit: 'seconds', help: 'Step time saved against no sharing; an estimate.' },
      samples: one(report.savedMs / 1000),
    },
    {
      ...{ name: 'strata_downloaded_bytes', unit: 'bytes', help: 'Fetched from registries for steps.' },
      samples: one(report.downloadedBytes),
    },
  ]
}

const VERDICTS: readonly ReportItem['verdict'][] = ['built', 'failed', 'canceled', 'missing']
const STATUSES: readonly ReportLeg['status'][] = ['built', 'failed', 'missing']

const workFamilies = ({ items, legs }: RunReport): readonly Family[] => [
  {
    ...{ name: 'strata_work_items', help: 'Work items, by what became of them.' },
    samples: VERDICTS.map((verdict) => ({
      labels: { verdict },
      value: sumOf(items, (item) => (item.verdict === verdict ? 1 : 0)),
    })),
  },
  {
    ...{ name: 'strata_legs', help: 'Legs, by what became of them.' },
    samples: STATUSES.map((status) => ({
      labels: { status },
      value: sumOf(legs, (leg) => (leg.status === status ? 1 : 0)),
    })),
  },
]

/** A label's value as the format has it: backslash, quote and line feed are escaped (OpenMetrics 1.0, "ABNF"). */
const renderValue = (value: string): string =>
  value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const renderSample = (name: string, factory: string, { labels = {}, value }: Sample): string => {
  const all = Object.entries({ factory, ...labels }).map(([label, text]) => `${label}="${renderValue(text)}"`)
  return `${name}{${all.join(',')}} ${value}`
}

const renderFamily = ({ name, unit, help, samples }: Family, factory: string): readonly string[] => [
  `# TYPE ${name} gauge`,
  ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
  `# HELP ${name} ${help}`,
  ...samples.map((sample) => renderSample(name, factory, sample)),
]

/**
 * A report as OpenMetrics text (https://prometheus.io/docs/specs/om/open_metrics_spec/), for those who scrape or push it.
 * Every sample has the label `factory`.
 */
export const renderMetrics = (report: RunReport): string => {
  const families = [stepFamilies, layerFamilies, poolFamilies, payFamilies, totalFamilies, workFamilies].flatMap((of) =>
    of(report),
  )
  return `${[...families.flatMap((family) => renderFamily(family, report.name)), '# EOF'].join('\n')}\n`
}
