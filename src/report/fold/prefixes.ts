import type { ReportPrefix, ReportStep } from '../run-report.ts'
import { weightierReason } from './reasons.ts'
import { hasRun, mergePrefixes, weightierOutcome, type MetPrefix } from './met-prefix.ts'
import { compareByList, compareTexts } from './order.ts'
import type { FoldedLeg } from './legs.ts'

/** A prefix of the run, with how much of its cost was ever measured, 0 to 1. */
export type PricedPrefix = ReportPrefix & { readonly path: string; readonly measured: number }

/** One step over all legs that met it. */
const foldStep = (met: readonly MetPrefix[], position: number): readonly ReportStep[] => {
  const all = met.flatMap(({ steps }) => steps[position] ?? [])
  const longest = all.toSorted((a, b) => b.execMs - a.execMs || compareTexts(a.text, b.text))[0]
  if (longest === undefined) return []
  return [
    {
      line: longest.line,
      text: longest.text,
      outcome: all.map(({ outcome }) => outcome).reduce(weightierOutcome),
      execMs: longest.execMs,
      loadMs: all.reduce((most, { loadMs }) => Math.max(most, loadMs), 0),
      repeats: Math.max(0, all.filter(hasRun).length - 1),
    },
  ]
}

/** What the steps take: as long as they took now, and where they did not run as long as was expected. */
const priceOf = (
  steps: readonly ReportStep[],
  { costMs, measured }: Pick<MetPrefix, 'costMs' | 'measured'>,
): { readonly costMs: number; readonly measured: number } => {
  const ran = steps.filter(({ outcome }) => outcome === 'run')
  const taken = ran.reduce((sum, { execMs }) => sum + execMs, 0)
  const rest = costMs * (1 - ran.length / steps.length)
  const cost = taken + rest
  return { costMs: cost, measured: cost === 0 ? 1 : (taken + rest * measured) / cost }
}

/** One prefix over all legs that met it. */
const foldPrefix = (first: MetPrefix, others: readonly MetPrefix[], items: number): PricedPrefix => {
  const { steps: _, reason: __, ...named } = others.reduce(mergePrefixes, first)
  const met = [first, ...others]
  const longest = met.reduce((most, { steps }) => Math.max(most, steps.length), 0)
  const steps = Array.from({ length: longest }, (___, position) => foldStep(met, position)).flat()
  const reason = met.map((each) => each.reason).reduce(weightierReason, undefined)
  return {
    ...named,
    ...priceOf(steps, named),
    steps,
    items,
    ...(reason === undefined ? {} : { reason }),
  }
}

/** How many work items have each prefix. */
const countItems = (legs: readonly FoldedLeg[], keysOf: ItemKeys): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { records } of legs) {
    for (const record of records) {
      if (record.kind !== 'work-item') continue
      for (const key of keysOf(record)) counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}

/** Keys of the prefixes of a record, bottom to top. */
export type ItemKeys = (record: FoldedLeg['records'][number]) => readonly string[]

/** The distinct prefixes of a run, parents before their children: by platform, then by the names of their variants. */
export const reportPrefixes = (
  legs: readonly FoldedLeg[],
  keysOf: ItemKeys,
  platforms: readonly string[],
): readonly PricedPrefix[] => {
  const counts = countItems(legs, keysOf)
  const met = Map.groupBy(
    legs.flatMap(({ prefixes }) => [...prefixes.values()]),
    ({ key }) => key,
  )
  const byPlatform = compareByList(platforms)
  return [...met.values()]
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [foldPrefix(first, others, counts.get(first.key) ?? 0)],
    )
    .toSorted(
      (a, b) => byPlatform(a.platform, b.platform) || compareTexts(a.path, b.path) || compareTexts(a.key, b.key),
    )
}
