import { renderDuration } from '../../progress/duration.ts'
import type { Section } from '../document.ts'
import { hitRatioOf } from '../fold/met-prefix.ts'
import { sumOf } from '../fold/order.ts'
import { renderCode, renderText } from '../markdown.ts'
import { NO_BREAK, renderBar, renderCount, renderNumber } from '../quantity.ts'
import type { ReportItem, RunReport } from '../run-report.ts'
import { foldedSection, tableSection } from '../sections.ts'

/** Work items that have a row of their own in a table at once; of more, those of one top variant are one row. */
const MAX_ROWS = 60

const ICONS: Readonly<Record<ReportItem['verdict'], string>> = {
  built: '✅',
  failed: '❌',
  canceled: '🚫',
  missing: '❔',
}

const ORDER: readonly ReportItem['verdict'][] = ['failed', 'missing', 'canceled', 'built']

const countsOf = (items: readonly ReportItem[]): { readonly total: number; readonly cached: number } => ({
  total: sumOf(items, ({ totalSteps }) => totalSteps),
  cached: sumOf(items, ({ cachedSteps }) => cachedSteps),
})

/** Those to look at first, then those the cache helped least. */
const byImportance = (a: readonly ReportItem[], b: readonly ReportItem[]): number => {
  const gravest = (items: readonly ReportItem[]): number =>
    items.reduce((least, { verdict }) => Math.min(least, ORDER.indexOf(verdict)), ORDER.length)
  return gravest(a) - gravest(b) || hitRatioOf(countsOf(a)) - hitRatioOf(countsOf(b))
}

const renderSteps = (items: readonly ReportItem[]): readonly string[] => {
  const counts = countsOf(items)
  if (counts.total === 0) return ['', '']
  return [renderBar(hitRatioOf(counts)), `${renderNumber(counts.cached)} / ${renderNumber(counts.total)}`]
}

const itemRow = (item: ReportItem): readonly string[] => [
  renderCode(item.manifestId),
  renderCode(item.platform),
  `${ICONS[item.verdict]}${NO_BREAK}${item.verdict}${item.test === undefined ? '' : `<br>test${NO_BREAK}${item.test}`}`,
  ...renderSteps([item]),
  item.durationMs === 0 ? '' : renderDuration(item.durationMs),
  item.firstMiss === undefined ? '' : renderText(item.firstMiss),
]

const ITEM_COLUMNS = [
  { title: 'Work item' },
  { title: 'Platform' },
  { title: 'Status' },
  { title: 'From cache' },
  { title: 'Steps', align: 'right' },
  { title: 'Time', align: 'right' },
  { title: 'First miss' },
] as const

/** `30 ✅ 2 ❌` */
const renderVerdicts = (items: readonly ReportItem[]): string =>
  ORDER.flatMap((verdict) => {
    const count = items.filter((item) => item.verdict === verdict).length
    return count === 0 ? [] : [`${ICONS[verdict]}${NO_BREAK}${renderNumber(count)}`]
  }).join(' ')

const topOf = ({ variants }: ReportItem): string => {
  const top = variants.at(-1)
  return top === undefined ? '' : `${top.layer}/${top.variant}`
}

/** Those of one top variant as one row. */
const groupRow = (items: readonly ReportItem[]): readonly string[] => [
  renderCode(items[0] === undefined ? '' : topOf(items[0])),
  renderNumber(items.length),
  renderVerdicts(items),
  ...renderSteps(items),
  renderNumber(items.filter(({ firstMiss }) => firstMiss !== undefined).length),
]

const GROUP_COLUMNS = [
  { title: 'Top layer' },
  { title: 'Work items', align: 'right' },
  { title: 'Status' },
  { title: 'From cache' },
  { title: 'Steps', align: 'right' },
  { title: 'With a miss', align: 'right' },
] as const

/** All work items: one by one where they are few, else by top layer with each one folded away. */
export const itemSections = ({ items }: RunReport): readonly Section[] => {
  const ordered = items.map((item) => [item]).toSorted(byImportance)
  const table = { columns: ITEM_COLUMNS, rows: ordered.flat().map(itemRow), rank: 5, share: 1 }
  if (items.length <= MAX_ROWS) return tableSection('Work items', table)
  const groups = [...Map.groupBy(items, topOf).values()].toSorted(byImportance)
  return [
    ...tableSection('Work items', { columns: GROUP_COLUMNS, rows: groups.map(groupRow), rank: 3, share: 0.4 }),
    ...foldedSection(`All ${renderCount(items.length, 'work item')}`, table),
  ]
}
