import type { ReportItem, RunReport } from '../../run-report.ts'
import type { Forest } from './forest.ts'
import { outcomeOfTally, tallyOf, type TallyOutcome } from './tally.ts'

/** What is looked for; an empty text asks for nothing. */
export type Filter = {
  /** Words that all have to be in a work item: its ids, layers, variants, fragments. */
  readonly text: string
  readonly platform: string
  readonly layer: string
  readonly outcome: string
  readonly pool: string
  /** Kind of a reason. */
  readonly reason: string
}

/** Looks for everything. */
export const NO_FILTER: Filter = { text: '', platform: '', layer: '', outcome: '', pool: '', reason: '' }

/** What was found. */
export type Found = {
  /** Indices of work items, in the order of the report. */
  readonly items: readonly number[]
  /** For each prefix whether it fits and stands below a work item that is named by text, platform and pool. */
  readonly prefixes: readonly boolean[]
}

/** A report made ready to be searched. */
export type Finder = { readonly find: (filter: Filter) => Found; readonly outcomes: readonly ItemOutcome[] }

/** What became of a work item. */
export type ItemOutcome = 'failed' | 'missing' | 'ran' | 'cached'

/** What became of a work item: `cached` when all its steps came from cache, or it has none. */
export const outcomeOfItem = ({ verdict, totalSteps, cachedSteps }: ReportItem): ItemOutcome => {
  if (verdict === 'missing') return 'missing'
  if (verdict !== 'built') return 'failed'
  return cachedSteps < totalSteps ? 'ran' : 'cached'
}

/** All texts of a work item that a search looks at, in lower case. */
const searchTextOf = (item: ReportItem, files: readonly string[]): string =>
  [
    item.manifestId,
    ...item.aliases,
    ...item.variants.map(({ layer, variant }) => `${layer}/${variant}`),
    ...files,
    ...item.published,
    item.leg ?? '',
  ]
    .join('\n')
    .toLowerCase()

type Facts = {
  readonly report: RunReport
  readonly forest: Forest
  readonly texts: readonly string[]
  readonly itemOutcomes: readonly ItemOutcome[]
  readonly prefixOutcomes: readonly TallyOutcome[]
}

const asks = (wanted: string, found: string | undefined): boolean => wanted === '' || wanted === found

/** Whether what is asked of single prefixes is asked at all; without that, an outcome is one of work items. */
const asksPrefixes = ({ layer, reason }: Filter): boolean => layer !== '' || reason !== ''

const fittingPrefixes = ({ report, prefixOutcomes }: Facts, filter: Filter): readonly boolean[] =>
  report.prefixes.map(
    ({ platform, layer, reason }, index) =>
      asks(filter.platform, platform) &&
      asks(filter.layer, layer) &&
      asks(filter.reason, reason?.kind) &&
      asks(filter.outcome, prefixOutcomes[index]),
  )

/** Work items that fit by themselves, whatever became of them. */
const namedItems = ({ report, texts }: Facts, { text, platform, pool }: Filter): readonly number[] => {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return report.items.flatMap((item, index) => {
    const searched = texts[index] ?? ''
    const named =
      asks(platform, item.platform) && asks(pool, item.pool) && words.every((word) => searched.includes(word))
    return named ? [index] : []
  })
}

const find = (facts: Facts, filter: Filter): Found => {
  const { report, forest, itemOutcomes } = facts
  const fits = fittingPrefixes(facts, filter)
  const named = namedItems(facts, filter)
  // Those that no work item stands on are there as long as nothing is asked of work items.
  const itemless = filter.text === '' && filter.pool === ''
  const reached = report.prefixes.map(({ items }) => itemless && items === 0)
  for (const item of named) for (const prefix of forest.chains[item] ?? []) reached[prefix] = true
  const byPrefix = asksPrefixes(filter)
  const items = named.filter((item) =>
    byPrefix ? (forest.chains[item] ?? []).some((prefix) => fits[prefix]) : asks(filter.outcome, itemOutcomes[item]),
  )
  return { items, prefixes: fits.map((fit, index) => fit && reached[index] === true) }
}

/** Makes a report ready to be searched. */
export const makeFinder = (report: RunReport, forest: Forest): Finder => {
  const texts = report.items.map((item, index) =>
    searchTextOf(
      item,
      (forest.chains[index] ?? []).flatMap((prefix) => report.prefixes[prefix]?.file ?? []),
    ),
  )
  const itemOutcomes = report.items.map(outcomeOfItem)
  const prefixOutcomes = report.prefixes.map((prefix) => outcomeOfTally(tallyOf(prefix)))
  const facts = { report, forest, texts, itemOutcomes, prefixOutcomes }
  return { find: (filter) => find(facts, filter), outcomes: itemOutcomes }
}
