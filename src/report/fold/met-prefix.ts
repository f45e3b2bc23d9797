import type { Platform } from '../../oci/platform.ts'
import type { MissReason } from '../../records/reason.ts'
import type { CompatibilityRecord, RecordOutcome, RecordStep } from '../../records/record.ts'
import type { StepCounts } from '../run-report.ts'
import { weightierReason } from './reasons.ts'
import { compareTexts } from './order.ts'

/** A prefix as the work items of a leg met it. */
export type MetPrefix = {
  readonly key: string
  /** Key of the prefix below, where that has steps. */
  readonly parent?: string
  readonly platform: Platform
  readonly layer: string
  readonly variant: string
  /** Variants from the bottom up to it, to sort by: that of a parent is the beginning of its children's. */
  readonly path: string
  readonly file?: string
  readonly steps: readonly RecordStep[]
  readonly reason?: MissReason
  /** Expected time of its steps, ms, and the share of that which was measured in earlier runs, 0 to 1. */
  readonly costMs: number
  readonly measured: number
}

/** What somebody did with a step outweighs that somebody else did not get to it. */
const WEIGHT: Readonly<Record<RecordOutcome, number>> = { skipped: 0, canceled: 1, hit: 2, run: 3, failed: 4 }

/** Whether a step ran, to its end or not. */
export const hasRun = ({ outcome }: { readonly outcome: RecordOutcome }): boolean =>
  outcome === 'run' || outcome === 'failed'

/** Whether a step counts: those that were canceled or never started do not. */
export const isDone = (step: { readonly outcome: RecordOutcome }): boolean => step.outcome === 'hit' || hasRun(step)

/** The outcome that says most of two. */
export const weightierOutcome = (a: RecordOutcome, b: RecordOutcome): RecordOutcome => (WEIGHT[a] < WEIGHT[b] ? b : a)

const compareStamps = (a: RecordStep, b: RecordStep): number =>
  compareTexts(a.startedAt ?? '', b.startedAt ?? '') ||
  compareTexts(a.completedAt ?? '', b.completedAt ?? '') ||
  a.line - b.line ||
  compareTexts(a.text, b.text)

/** Of two work items that met one step the one that says most of it. */
const weightierStep = (a: RecordStep, b: RecordStep): RecordStep => {
  const difference =
    WEIGHT[a.outcome] - WEIGHT[b.outcome] ||
    a.execMs - b.execMs ||
    a.loadMs - b.loadMs ||
    a.downloadedBytes - b.downloadedBytes ||
    compareStamps(a, b)
  return difference < 0 ? b : a
}

const mergeSteps = (a: readonly RecordStep[], b: readonly RecordStep[]): readonly RecordStep[] => {
  const [longer, shorter] = a.length < b.length ? [b, a] : [a, b]
  return longer.map((step, position) => {
    const other = shorter[position]
    return other === undefined ? step : weightierStep(step, other)
  })
}

/** One prefix that two work items met. Variants that say the same have one key; the first by name stands for them. */
export const mergePrefixes = (a: MetPrefix, b: MetPrefix): MetPrefix => {
  const order = compareTexts(a.path, b.path) || compareTexts(a.file ?? '', b.file ?? '')
  const named = order <= 0 ? a : b
  const costly = (a.costMs - b.costMs || a.measured - b.measured) < 0 ? b : a
  const { reason: _, ...rest } = named
  const reason = weightierReason(a.reason, b.reason)
  return {
    ...rest,
    steps: mergeSteps(a.steps, b.steps),
    costMs: costly.costMs,
    measured: costly.measured,
    ...(reason === undefined ? {} : { reason }),
  }
}

/** The prefixes of a record that have steps, bottom to top. */
export const prefixesOf = ({ layers, platform }: CompatibilityRecord): readonly MetPrefix[] => {
  let path = platform
  let parent: string | undefined
  return layers.flatMap(({ layer, variant, key, fragment, steps, reason, costMs, measured }): readonly MetPrefix[] => {
    path = `${path}\n${layer}/${variant}`
    if (steps.length === 0) return []
    // Without a key the names of all layers up to it are what tells it from others.
    const own = key ?? path
    const prefix: MetPrefix = {
      ...{ key: own, platform, layer, variant, path, steps, costMs, measured },
      ...(parent === undefined ? {} : { parent }),
      ...(fragment === undefined ? {} : { file: fragment.file }),
      ...(reason === undefined ? {} : { reason }),
    }
    parent = own
    return [prefix]
  })
}

/** Distinct prefixes, by key. */
export const uniteByKey = (prefixes: Iterable<MetPrefix>): ReadonlyMap<string, MetPrefix> => {
  const met = new Map<string, MetPrefix>()
  for (const prefix of prefixes) {
    const known = met.get(prefix.key)
    met.set(prefix.key, known === undefined ? prefix : mergePrefixes(known, prefix))
  }
  return met
}

/** The distinct prefixes of some records, by key. */
export const foldPrefixes = (records: readonly CompatibilityRecord[]): ReadonlyMap<string, MetPrefix> =>
  uniteByKey(records.flatMap(prefixesOf))

/** How many steps of these prefixes count, and came from cache. */
export const countSteps = (
  prefixes: Iterable<{ readonly steps: readonly { readonly outcome: RecordOutcome }[] }>,
): StepCounts => {
  let [total, cached] = [0, 0]
  for (const { steps } of prefixes) {
    total += steps.filter(isDone).length
    cached += steps.filter(({ outcome }) => outcome === 'hit').length
  }
  return { total, cached }
}

/** The share of steps that came from cache; 1 where there are none. */
export const hitRatioOf = ({ total, cached }: StepCounts): number => (total === 0 ? 1 : cached / total)
