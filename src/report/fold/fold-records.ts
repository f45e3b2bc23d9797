import type { Plan } from '../../plan/plan.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import type { Needs } from '../needs.ts'
import type { ReportPrefix, RunReport } from '../run-report.ts'
import { reportItems } from './items.ts'
import { foldLegs, reportLegs, timesOf, type FoldedLeg } from './legs.ts'
import { countSteps, hasRun, hitRatioOf, prefixesOf, uniteByKey, type MetPrefix } from './met-prefix.ts'
import { groupMisses } from './misses.ts'
import { newestAttempts, runsOf, type RecordedRun } from './newest.ts'
import { compareTexts, sumOf } from './order.ts'
import { addedBytesOf, foldPays } from './pays.ts'
import { reportPrefixes, type PricedPrefix } from './prefixes.ts'
import { foldSaved } from './saved.ts'
import { foldStack } from './stack.ts'
import { foldTrend, pastRun, pointOf, type PastRun } from './trend.ts'

/** What of a plan is compared with what was done. */
export type ExpectedWork = Pick<
  Plan,
  'name' | 'factory' | 'plannedAt' | 'items' | 'waves' | 'legs' | 'aliases' | 'prewarm' | 'held'
>

/** What is known besides the records. */
export type FoldOptions = {
  /** Which legs and work items there should be. */
  readonly plan?: ExpectedWork
  /** How the jobs ended that the report waits for. */
  readonly needs?: Needs
  /** Runs before this one, and how many points the trend has at most. */
  readonly history: { readonly runs: readonly PastRun[]; readonly keep: number }
}

/** A report, and the trend with the ids of its runs, which the next run goes on from. */
export type FoldedRun = { readonly report: RunReport; readonly trend: readonly PastRun[] }

/** What a report is about. */
export type ReportSubject = Pick<RunReport, 'name' | 'factory'>

const subjectName = ({ name, factory }: ReportSubject): string => `${name}\n${factory}`

/** The factory that is reported on: the plan's, else that of the record that was begun last. */
export const subjectOf = (
  records: readonly CompatibilityRecord[],
  plan: ReportSubject | undefined,
): ReportSubject | undefined => {
  if (plan !== undefined) return plan
  let last: CompatibilityRecord | undefined
  for (const record of records) {
    const difference =
      last === undefined
        ? 1
        : compareTexts(record.run.startedAt, last.run.startedAt) || compareTexts(subjectName(last), subjectName(record))
    if (difference > 0) last = record
  }
  return last
}

const ofOneFactory = (
  records: readonly CompatibilityRecord[],
  plan: ReportSubject | undefined,
): readonly CompatibilityRecord[] => {
  const subject = subjectOf(records, plan)
  if (subject === undefined) return []
  return records.filter((record) => subjectName(record) === subjectName(subject))
}

/** For each record the keys of its prefixes, which many ask for. */
const rememberKeys = (newest: readonly CompatibilityRecord[]) => {
  const keys = new Map(newest.map((record) => [record, prefixesOf(record).map(({ key }) => key)]))
  return (record: CompatibilityRecord): readonly string[] => keys.get(record) ?? []
}

/** What each pool met; a job without a pool of its own is counted by the platforms that it built for. */
const foldPools = (legs: readonly FoldedLeg[]): RunReport['pools'] => {
  const met = legs.flatMap(({ records, prefixes }) => {
    const pool = records[0]?.run.pool
    return [...prefixes.values()].map((prefix) => ({ prefix, pool: pool ?? prefix.platform }))
  })
  return [...Map.groupBy(met, ({ pool }) => pool)]
    .map(([pool, of]) => ({ pool, counts: countSteps(uniteByKey(of.map(({ prefix }) => prefix)).values()) }))
    .toSorted((a, b) => compareTexts(a.pool, b.pool))
}

/** Steps that ran against a reason that says they should not have. */
const countDisagreed = (prefixes: readonly ReportPrefix[]): number =>
  sumOf(prefixes, ({ reason, steps }) => (reason?.kind === 'disagreed' ? steps.filter(hasRun).length : 0))

/** Time and traffic over all legs: what ran twice took twice. */
const foldEffort = (legs: readonly FoldedLeg[]): Pick<RunReport, 'execMs' | 'downloadedBytes' | 'addedBytes'> => {
  const met: readonly MetPrefix[] = legs.flatMap(({ prefixes }) => [...prefixes.values()])
  return {
    execMs: sumOf(met, ({ steps }) => sumOf(steps.filter(hasRun), ({ execMs }) => execMs)),
    downloadedBytes: sumOf(met, ({ steps }) => sumOf(steps, ({ downloadedBytes }) => downloadedBytes)),
    addedBytes: sumOf(legs, addedBytesOf),
  }
}

const foldHead = (
  newest: readonly CompatibilityRecord[],
  { plan, needs }: FoldOptions,
): Pick<RunReport, 'name' | 'factory' | 'url' | 'branch' | 'commit' | 'startedAt' | 'finishedAt' | 'jobs'> => {
  const [first] = newest
  const run = first?.run
  const start = plan?.plannedAt ?? new Date(0).toISOString()
  return {
    name: plan?.name ?? first?.name ?? '',
    factory: plan?.factory ?? first?.factory ?? '',
    ...(run?.url === undefined ? {} : { url: run.url }),
    ...(run?.branch === undefined ? {} : { branch: run.branch }),
    ...(run?.commit === undefined ? {} : { commit: run.commit }),
    ...{ startedAt: start, finishedAt: start, ...timesOf(newest) },
    ...(needs === undefined ? {} : { jobs: needs.jobs }),
  }
}

const withoutPrice = ({ path: _, measured: __, ...prefix }: PricedPrefix): ReportPrefix => prefix

/** What the newest attempts of one run did. */
const foldRun = (newest: readonly CompatibilityRecord[], options: FoldOptions): Omit<RunReport, 'trend'> => {
  const { plan, needs } = options
  const legs = foldLegs(newest)
  const keysOf = rememberKeys(newest)
  const stack = foldStack(newest, plan)
  const priced = reportPrefixes(legs, keysOf, stack.platforms)
  const byKey = new Map(priced.map((prefix) => [prefix.key, prefix]))
  const prefixes = priced.map(withoutPrice)
  const items = reportItems(newest, keysOf, plan)
  const counts = countSteps(prefixes)
  const effort = foldEffort(legs)
  const built = newest.filter(({ kind }) => kind === 'work-item')
  return {
    ...foldHead(newest, options),
    ...{ counts, hitRatio: hitRatioOf(counts), stepsRun: counts.total - counts.cached },
    repeats: sumOf(prefixes, ({ steps }) => sumOf(steps, ({ repeats }) => repeats)),
    ...foldSaved(built, byKey, { keysOf, execMs: effort.execMs }),
    ...effort,
    ...stack,
    ...{ prefixes, items, misses: groupMisses(prefixes, items), pools: foldPools(legs) },
    legs: reportLegs(legs, plan, needs),
    ...(plan?.held === undefined ? {} : { held: plan.held }),
    pays: foldPays(legs, byKey, stack.layers),
    disagreed: countDisagreed(prefixes),
  }
}

/**
 * What a whole run did, from the records of its legs and attempts: the newest attempt of each leg counts, and of each work
 * item the newest record. A step is told from others by its layer's key and its place in that layer, so however many work
 * items and legs have it, it counts once. Where the records are of several runs, the newest one is reported, and the
 * others are in its trend; where they are of several factories, that of the plan. Their order makes no difference.
 */
export const foldRecords = (records: readonly CompatibilityRecord[], options: FoldOptions): FoldedRun => {
  const runs = runsOf(ofOneFactory(records, options.plan))
  const current: RecordedRun = runs.at(-1) ?? { id: 'none', records: [] }
  const newest = newestAttempts(current.records)
  const report = foldRun(newest, options)
  const { runs: kept, keep } = options.history
  const earlier = [...runs.slice(0, -1).map(pastRun), ...kept]
  const trend = newest.length === 0 ? [] : foldTrend(earlier, { run: current.id, point: pointOf(report) }, keep)
  return { report: { ...report, trend: trend.map(({ point }) => point) }, trend }
}
