import type { PlannedLeg } from '../../plan/leg.ts'
import type { Plan } from '../../plan/plan.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import type { Needs } from '../needs.ts'
import type { ReportLeg } from '../run-report.ts'
import { countSteps, foldPrefixes, type MetPrefix } from './met-prefix.ts'
import { legOf, WHOLE } from './newest.ts'
import { compareByList, compareTexts } from './order.ts'

/** What one leg did in its newest attempt: its records, and the prefixes that they met, by key. */
export type FoldedLeg = {
  readonly id: string
  readonly records: readonly CompatibilityRecord[]
  readonly prefixes: ReadonlyMap<string, MetPrefix>
}

/** The records that count, by leg. */
export const foldLegs = (newest: readonly CompatibilityRecord[]): readonly FoldedLeg[] =>
  [...Map.groupBy(newest, legOf)].map(([id, records]) => ({ id, records, prefixes: foldPrefixes(records) }))

/** When records of a run began and ended: from the first leg's start to the last one's end. */
export const timesOf = (
  records: readonly CompatibilityRecord[],
): { readonly startedAt: string; readonly finishedAt: string } | undefined => {
  const [first] = records
  if (first === undefined) return undefined
  let { startedAt, finishedAt } = first.run
  for (const { run } of records) {
    if (run.startedAt < startedAt) startedAt = run.startedAt
    if (run.finishedAt > finishedAt) finishedAt = run.finishedAt
  }
  return { startedAt, finishedAt }
}

/** Longest label of a span, in UTF-16 units. */
const MAX_LABEL = 80

const stepSpans = ({ layer, variant, steps }: MetPrefix): ReportLeg['spans'] =>
  steps.flatMap(({ text, outcome, execMs, loadMs, startedAt, completedAt }) => {
    if (startedAt === undefined || completedAt === undefined || execMs + loadMs === 0) return []
    return [{ label: `${layer}/${variant} ${text}`.slice(0, MAX_LABEL), outcome, startedAt, completedAt }]
  })

/** Exports begin when the last step is done; when each ended is not told, so the longest stands for all. */
const exportSpan = (records: readonly CompatibilityRecord[], steps: ReportLeg['spans']): ReportLeg['spans'] => {
  const longest = records.reduce((most, { exportMs }) => Math.max(most, exportMs), 0)
  const startedAt = steps.reduce((last, { completedAt }) => (completedAt > last ? completedAt : last), '')
  if (longest === 0 || startedAt === '') return []
  const completedAt = new Date(Date.parse(startedAt) + longest).toISOString()
  return [{ label: 'export', outcome: 'run', startedAt, completedAt }]
}

const spansOf = ({ records, prefixes }: FoldedLeg): ReportLeg['spans'] => {
  const steps = [...prefixes.values()].flatMap(stepSpans)
  return [...steps, ...exportSpan(records, steps)].toSorted(
    (a, b) => compareTexts(a.startedAt, b.startedAt) || compareTexts(a.label, b.label),
  )
}

const emulatedOf = (records: readonly CompatibilityRecord[]): Pick<ReportLeg, 'emulated'> => {
  const known = records.flatMap(({ builder }) => builder.emulated ?? [])
  return known.length === 0 ? {} : { emulated: known.some((emulated) => emulated) }
}

const reportLeg = (leg: FoldedLeg): readonly ReportLeg[] => {
  const { id, records, prefixes } = leg
  const [first] = records
  if (first === undefined) return []
  const { run } = first
  return [
    {
      id,
      name: run.legName ?? (id === WHOLE ? 'all work items' : id),
      kind: records.some(({ kind }) => kind === 'work-item') ? 'build' : 'wave',
      ...(run.pool === undefined ? {} : { pool: run.pool }),
      status: records.some(({ verdict }) => verdict !== 'built') ? 'failed' : 'built',
      attempt: run.attempt ?? 1,
      ...timesOf(records),
      items: records.length,
      counts: countSteps(prefixes.values()),
      ...emulatedOf(records),
      spans: spansOf(leg),
    },
  ]
}

/** A leg that should have left records, with how many. */
type ExpectedLeg = Pick<ReportLeg, 'id' | 'name' | 'kind' | 'pool' | 'items'>

const expectedOf = ({ leg, items, writes, repeats }: PlannedLeg): ExpectedLeg => ({
  ...{ id: leg.id, name: leg.name, kind: leg.kind, pool: leg.pool },
  items: leg.kind === 'wave' ? writes.length + repeats.length : items.length,
})

/** The legs that there should be: those of the plan, else those whose matrices the jobs before this one put out. */
const expectedLegs = (
  plan: Pick<Plan, 'waves' | 'legs'> | undefined,
  needs: Needs | undefined,
): readonly ExpectedLeg[] => {
  if (plan !== undefined) return [...plan.waves.flat(), ...plan.legs].map(expectedOf)
  return (needs?.legs ?? []).map((leg) => ({ ...leg, items: 0 }))
}

const missingLeg = (leg: ExpectedLeg): ReportLeg => ({
  ...leg,
  ...{ status: 'missing', attempt: 0, counts: { total: 0, cached: 0 }, spans: [] },
})

/** All legs of a run, those of waves first: as they were planned, then others as they began. */
export const reportLegs = (
  folded: readonly FoldedLeg[],
  plan: Pick<Plan, 'waves' | 'legs'> | undefined,
  needs: Needs | undefined,
): readonly ReportLeg[] => {
  const legs = folded.flatMap(reportLeg)
  // A job that built everything stands for all legs that were planned.
  const isWhole = legs.some(({ id }) => id === WHOLE)
  const expected = isWhole ? [] : expectedLegs(plan, needs)
  const known = new Set(legs.map(({ id }) => id))
  const all = [...legs, ...expected.filter(({ id }) => !known.has(id)).map(missingLeg)]
  const byPlan = compareByList(expected.map(({ id }) => id))
  return all.toSorted(
    (a, b) => byPlan(a.id, b.id) || compareTexts(a.startedAt ?? '', b.startedAt ?? '') || compareTexts(a.id, b.id),
  )
}
