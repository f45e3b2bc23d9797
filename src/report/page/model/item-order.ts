import type { ReportItem } from '../../run-report.ts'
import type { ItemOutcome } from './filter.ts'

/** How work items stand in a table. */
export type ItemOrder = {
  readonly by: 'manifest' | 'platform' | 'outcome' | 'ratio' | 'ran' | 'time'
  readonly down: boolean
}

const GRAVITY: Readonly<Record<ItemOutcome, number>> = { failed: 0, missing: 1, ran: 2, cached: 3 }

type Row = { readonly item: ReportItem; readonly outcome: ItemOutcome; readonly index: number }

const ranOf = ({ totalSteps, cachedSteps }: ReportItem): number => totalSteps - cachedSteps

const ratioOfItem = ({ totalSteps, cachedSteps }: ReportItem): number =>
  totalSteps === 0 ? 1 : cachedSteps / totalSteps

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

const COMPARE: Readonly<Record<ItemOrder['by'], (a: Row, b: Row) => number>> = {
  manifest: ({ item: a }, { item: b }) => compareTexts(a.manifestId, b.manifestId),
  platform: ({ item: a }, { item: b }) => compareTexts(a.platform, b.platform),
  // Among equals those that ran most.
  outcome: (a, b) => GRAVITY[a.outcome] - GRAVITY[b.outcome] || ranOf(b.item) - ranOf(a.item),
  ratio: ({ item: a }, { item: b }) => ratioOfItem(a) - ratioOfItem(b),
  ran: ({ item: a }, { item: b }) => ranOf(a) - ranOf(b),
  time: ({ item: a }, { item: b }) => a.durationMs - b.durationMs,
}

/** Sorts some work items, given as indices; equals stay in the order of the report. */
export const sortItems = (
  items: readonly ReportItem[],
  outcomes: readonly ItemOutcome[],
  indices: readonly number[],
  { by, down }: ItemOrder,
): readonly number[] => {
  const rows = indices.flatMap((index): readonly Row[] => {
    const [item, outcome] = [items[index], outcomes[index]]
    return item === undefined || outcome === undefined ? [] : [{ item, outcome, index }]
  })
  const compare = COMPARE[by]
  return rows.toSorted((a, b) => (down ? compare(b, a) : compare(a, b))).map(({ index }) => index)
}
