import { workItemName } from '../../factory/work-item.ts'
import type { Plan } from '../../plan/plan.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { missText } from '../reason-text.ts'
import type { ReportItem } from '../run-report.ts'
import { hasRun } from './met-prefix.ts'
import { compareByList, compareTexts } from './order.ts'

/** The lowest layer that ran, and why. */
const firstMissOf = ({ layers }: CompatibilityRecord): Pick<ReportItem, 'firstMiss'> => {
  const missed = layers.find(({ steps }) => steps.some(hasRun))
  return missed === undefined ? {} : { firstMiss: missText(missed) }
}

const recordedItem = (record: CompatibilityRecord, top: string | undefined): ReportItem => {
  const { run, digest, error, test } = record
  return {
    manifestId: record.manifest_id,
    aliases: record.aliases,
    platform: record.platform,
    verdict: record.verdict,
    ...(test === undefined ? {} : { test: test.verdict }),
    ...(run.leg === undefined ? {} : { leg: run.leg }),
    ...(run.pool === undefined ? {} : { pool: run.pool }),
    ...(digest === undefined ? {} : { digest }),
    published: record.published,
    ...(top === undefined ? {} : { top }),
    variants: record.layers.map(({ layer, variant }) => ({ layer, variant })),
    totalSteps: record.totalSteps,
    cachedSteps: record.cachedSteps,
    durationMs: record.durationMs,
    ...firstMissOf(record),
    ...(error === undefined ? {} : { error: error.message }),
  }
}

/** What of a plan says which work items there should be. */
export type PlannedWork = Pick<Plan, 'items' | 'legs' | 'aliases' | 'prewarm'>

/** Work items that were planned, by name, as they are reported when they left no record. */
const plannedItems = ({ items, legs, aliases }: PlannedWork): ReadonlyMap<string, ReportItem> => {
  const legOfItem = new Map(legs.flatMap(({ leg, items: part }) => part.map((index) => [index, leg] as const)))
  return new Map(
    items.map(({ manifestId, platform, layers }, index) => {
      const leg = legOfItem.get(index)
      const item: ReportItem = {
        ...{ manifestId, platform, aliases: aliases[manifestId] ?? [], verdict: 'missing', published: [] },
        ...(leg === undefined ? {} : { leg: leg.id, pool: leg.pool }),
        variants: layers.map(({ layer, variant }) => ({ layer, variant })),
        ...{ totalSteps: 0, cachedSteps: 0, durationMs: 0 },
      }
      return [workItemName(item), item]
    }),
  )
}

/** The work items of a run: those of the plan in its order, also where they left no record, then others by name. */
export const reportItems = (
  newest: readonly CompatibilityRecord[],
  keysOf: (record: CompatibilityRecord) => readonly string[],
  plan: PlannedWork | undefined,
): readonly ReportItem[] => {
  const recorded = newest
    .filter(({ kind }) => kind === 'work-item')
    .map((record) => recordedItem(record, keysOf(record).at(-1)))
  // A plan for stable prefixes alone asks for no work item.
  const planned = plan === undefined || plan.prewarm === true ? new Map<string, ReportItem>() : plannedItems(plan)
  const known = new Set(recorded.map(workItemName))
  const missing = [...planned].flatMap(([name, item]) => (known.has(name) ? [] : [item]))
  const byPlan = compareByList([...planned.keys()])
  return [...recorded, ...missing]
    .map((item) => ({ item, name: workItemName(item) }))
    .toSorted((a, b) => byPlan(a.name, b.name) || compareTexts(a.name, b.name))
    .map(({ item }) => item)
}
