import { renderBytes } from '../../plan/bytes.ts'
import { renderDuration } from '../../progress/duration.ts'
import type { Section } from '../document.ts'
import { hitRatioOf, hasRun } from '../fold/met-prefix.ts'
import { sumOf } from '../fold/order.ts'
import { heatCells } from '../heat.ts'
import { renderCode, renderText } from '../markdown.ts'
import { NO_BREAK, renderBar, renderCount, renderNumber } from '../quantity.ts'
import type { CachePay, RunReport, StepCounts } from '../run-report.ts'
import { renderReasons, tableSection } from '../sections.ts'

const renderCell = (counts: StepCounts): string =>
  `${renderBar(hitRatioOf(counts))}${NO_BREAK}· ${renderNumber(counts.cached)}/${renderNumber(counts.total)}`

/** Hits of each layer on each platform. */
export const heatSection = (report: RunReport): readonly Section[] => {
  const rows = [...Map.groupBy(heatCells(report), ({ layer }) => layer)].map(([layer, cells]) => {
    const counts = new Map(cells.map((cell) => [cell.platform, cell.counts]))
    return [
      renderCode(layer),
      ...report.platforms.map((platform) => {
        const of = counts.get(platform)
        return of === undefined ? '' : renderCell(of)
      }),
    ]
  })
  const columns = [{ title: 'Layer' }, ...report.platforms.map((platform) => ({ title: renderCode(platform) }))]
  const note = 'Distinct steps from cache. A step that work items share counts once.'
  return tableSection('From cache', { columns, rows, rank: 1, share: 0.2 }, note)
}

/** Why steps ran, by cause. */
export const missSection = ({ misses }: RunReport): readonly Section[] =>
  tableSection('Why steps ran', {
    columns: [
      { title: 'Cause' },
      { title: 'Steps', align: 'right' },
      { title: 'Time', align: 'right' },
      { title: 'In' },
      { title: 'Evidence' },
    ],
    rows: misses.map(({ title, steps, execMs, manifests, evidence }) => [
      renderText(title),
      renderNumber(steps),
      renderDuration(execMs),
      manifests === 0 ? '' : renderCount(manifests, 'manifest'),
      renderReasons(evidence),
    ]),
    ...{ rank: 1, share: 0.4 },
  })

/** Hits and misses of each pool, where there are several. */
export const poolSection = ({ pools }: RunReport): readonly Section[] =>
  tableSection('Pools', {
    columns: [
      { title: 'Pool' },
      { title: 'From cache' },
      { title: 'Hit', align: 'right' },
      { title: 'Miss', align: 'right' },
    ],
    rows:
      pools.length < 2
        ? []
        : pools.map(({ pool, counts }) => [
            renderCode(pool),
            renderBar(hitRatioOf(counts)),
            renderNumber(counts.cached),
            renderNumber(counts.total - counts.cached),
          ]),
    ...{ rank: 2, share: 0.2 },
  })

/** Handling of less than this is never a hint, ms. */
const MIN_HANDLING = 1_000

/**
 * Whether loading and writing a layer's cache took longer than its steps are worth: those that came from cache would have
 * taken, and those that ran took, which the next run is spared.
 */
export const costsMoreThanItSaves = (
  { layer, loadMs, exportMs, savedMs }: CachePay,
  { prefixes }: RunReport,
): boolean => {
  const ranMs = sumOf(prefixes, (prefix) =>
    prefix.layer === layer ? sumOf(prefix.steps.filter(hasRun), ({ execMs }) => execMs) : 0,
  )
  return loadMs + exportMs > Math.max(savedMs + ranMs, MIN_HANDLING)
}

const PAY_NOTE =
  'Loading and writing over all legs, against what the steps from cache would have taken. An estimate where a step was never measured.'

const renderHints = (report: RunReport): string => {
  const costly = report.pays.filter((pay) => costsMoreThanItSaves(pay, report))
  return costly
    .map(
      ({ layer }) =>
        `<br>💡 The cache of ${renderCode(layer)} costs more than it saves: its steps are faster run than loaded and written. ` +
        'Join it with the layer above, or pull less in it.',
    )
    .join('\n')
}

/** Whether the cache pays, for each layer. */
export const paySection = (report: RunReport): readonly Section[] =>
  tableSection(
    'Does the cache pay?',
    {
      columns: [
        { title: 'Layer' },
        { title: 'Saved', align: 'right' },
        { title: 'Loading', align: 'right' },
        { title: 'Writing', align: 'right' },
        { title: 'Added', align: 'right' },
      ],
      rows: report.pays.map(({ layer, savedMs, loadMs, exportMs, addedBytes }) => [
        renderCode(layer),
        renderDuration(savedMs),
        renderDuration(loadMs),
        renderDuration(exportMs),
        addedBytes === 0 ? '' : renderBytes(addedBytes),
      ]),
      ...{ rank: 2, share: 0.2 },
    },
    `${PAY_NOTE}${renderHints(report)}`,
  )
