import { renderDuration } from '../progress/duration.ts'
import { mountSection } from './cache-mounts.ts'
import { renderDisagreement } from './disagreement.ts'
import { renderDocument, type Section } from './document.ts'
import { groupFailures, renderFailure } from './failures.ts'
import { foldLayerHits } from './layer-hits.ts'
import { renderCode, renderCodeList, renderText } from './markdown.ts'
import { NO_BREAK, renderBar, renderCount, renderNumber } from './quantity.ts'
import { foldRefTraffic, type RefTraffic } from './ref-traffic.ts'
import { type Reproduction, reproductionSection } from './reproduction.ts'
import type { Results, WorkItemResult } from './results.ts'
import type { RunReport } from './run-report.ts'
import { missSection } from './run-summary/cache-sections.ts'
import { excludedSection, fixedSection, foldedSection, renderAccess, tableSection } from './sections.ts'

/** Aliases that a work item names before it counts the rest. */
const MAX_ALIASES = 5

type Status = WorkItemResult['status']

const ICONS: Readonly<Record<Status, string>> = { built: '✅', failed: '❌', canceled: '🚫' }

/** Failed before canceled before built; of the built ones, those the cache helped least. */
const STATUS_ORDER: Readonly<Record<Status, number>> = { failed: 0, canceled: 1, built: 2 }

const byImportance = (a: WorkItemResult, b: WorkItemResult): number =>
  STATUS_ORDER[a.status] - STATUS_ORDER[b.status] || a.cacheHitRatio - b.cacheHitRatio

/** What the rows of a leg are called: a wave builds prefixes, which stand where work items stand otherwise. */
type Subject = { readonly one: string; readonly many: string; readonly title: string; readonly heading: string }

const WORK_ITEMS: Subject = { one: 'work item', many: 'work items', title: 'Work item', heading: 'Work items' }
const PREFIXES: Subject = { one: 'prefix', many: 'prefixes', title: 'Prefix', heading: 'Prefixes' }

const subjectOf = ({ kind }: Results): Subject => (kind === 'wave' ? PREFIXES : WORK_ITEMS)

const renderVerdict = (items: readonly WorkItemResult[], { one, many }: Subject): string => {
  const count = (status: Status): number => items.filter((item) => item.status === status).length
  const total = renderCount(items.length, one, many)
  if (items.length === 0) return 'nothing to build'
  if (count('failed') > 0) return `${renderNumber(count('failed'))} of ${total} failed`
  if (count('canceled') > 0) return `${renderNumber(count('canceled'))} of ${total} canceled`
  return `${total} built`
}

const renderIcon = (items: readonly WorkItemResult[]): string => {
  if (items.some(({ status }) => status === 'failed')) return ICONS.failed
  return items.some(({ status }) => status === 'canceled') ? ICONS.canceled : ICONS.built
}

const renderHits = ({ totalSteps, cachedSteps, cacheHitRatio, stepsRun }: Results): string => {
  if (totalSteps === 0) return 'No steps'
  const run = stepsRun === 0 ? 'no step ran' : `${renderCount(stepsRun, 'step')} ran`
  const hits = `**${renderNumber(cachedSteps)} of ${renderCount(totalSteps, 'step')} from cache** ${renderBar(cacheHitRatio)}`
  return `${hits} · ${run}`
}

const renderHeadline = (results: Results): string => {
  const { name, leg, items, builder, cache } = results
  const duration = renderDuration(Date.parse(results.finishedAt) - Date.parse(results.startedAt))
  const versions = `BuildKit ${renderText(builder.buildkit)}, Buildx ${renderText(builder.buildx)}`
  return [
    `## ${renderIcon(items)} ${renderText(name)}: ${renderVerdict(items, subjectOf(results))}`,
    '',
    `${renderHits(results)} · ${duration}`,
    '',
    `${renderAccess(cache.access)}<br>`,
    `Factory file ${renderCode(results.factory)}${leg === undefined ? '' : ` · leg ${renderCode(leg)}`} · cache strategy ` +
      `${renderCode(cache.strategy)} · builder ${renderCode(builder.name)} (${renderText(builder.driver)}, ${versions})`,
  ].join('\n')
}

const failureSection = (items: readonly WorkItemResult[]): readonly Section[] => {
  const rows = groupFailures(items).map(renderFailure)
  return rows.length === 0 ? [] : [{ head: '### What failed', rows, tail: '', rank: 1, share: 0.5 }]
}

const layerSection = (items: readonly WorkItemResult[], { one, many }: Subject): readonly Section[] =>
  tableSection(
    'Layers',
    {
      columns: [
        { title: 'Layer' },
        { title: 'Variant' },
        { title: 'From cache' },
        { title: 'Steps', align: 'right' },
        { title: 'Cached', align: 'right' },
        { title: 'Run', align: 'right' },
        { title: 'Time', align: 'right' },
      ],
      rows: foldLayerHits(items).map(({ layer, variant, steps, cached, run, execMs }) => [
        renderCode(layer),
        renderCode(variant),
        renderBar(cached / steps),
        renderNumber(steps),
        renderNumber(cached),
        renderNumber(run),
        run === 0 ? '' : renderDuration(execMs),
      ]),
      rank: 2,
      share: 0.25,
    },
    `Steps count once for every ${one} they are part of. A step that ${many} share runs once.`,
  )

const renderImage = ({ images, digest }: WorkItemResult): string => {
  const [first] = images
  const more = images.length > 1 ? [`and ${renderCount(images.length - 1, 'more tag')}`] : []
  // `sha256:` and 12 hex, as Docker shortens digests.
  const short = digest === undefined ? [] : [renderCode(digest.slice(0, 19))]
  return [...(first === undefined ? [] : [renderCode(first)]), ...more, ...short].join('<br>')
}

const renderId = ({ manifestId, aliases }: WorkItemResult): string =>
  `${renderCode(manifestId)}${aliases.length === 0 ? '' : `<br>also ${renderCodeList(aliases, MAX_ALIASES)}`}`

const itemSection = (items: readonly WorkItemResult[], { title, heading }: Subject): readonly Section[] =>
  tableSection(heading, {
    columns: [
      { title },
      { title: 'Platform' },
      { title: 'Status' },
      { title: 'From cache' },
      { title: 'Steps', align: 'right' },
      { title: 'Time', align: 'right' },
      { title: 'Image' },
    ],
    rows: items
      .toSorted(byImportance)
      .map((item) => [
        renderId(item),
        renderCode(item.platform),
        `${ICONS[item.status]}${NO_BREAK}${item.status}${item.test === undefined ? '' : `<br>test${NO_BREAK}${item.test.verdict}`}`,
        renderBar(item.cacheHitRatio),
        `${renderNumber(item.cachedSteps)} / ${renderNumber(item.totalSteps)}`,
        renderDuration(item.durationMs),
        renderImage(item),
      ]),
    rank: 3,
    share: 1,
  })

const WRITTEN: Readonly<Record<RefTraffic['written'], string>> = {
  none: '',
  written: 'yes',
  failed: `⚠️${NO_BREAK}failed`,
}

const refSection = (refs: readonly RefTraffic[]): readonly Section[] => {
  const read = refs.filter(({ readers }) => readers > 0).length
  const written = refs.filter((ref) => ref.written === 'written').length
  return foldedSection(
    `${renderCount(refs.length, 'cache ref')}: ${renderNumber(read)} read, ${renderNumber(written)} written`,
    {
      columns: [
        { title: 'Cache ref' },
        { title: 'Readers', align: 'right' },
        { title: 'Written' },
        { title: 'What went wrong' },
      ],
      rows: refs.map(({ ref, readers, readErrors, written, writeErrors }) => [
        renderCode(ref),
        readers === 0 ? '' : renderNumber(readers),
        WRITTEN[written],
        [...writeErrors, ...readErrors].map(renderText).join('<br>'),
      ]),
      rank: 4,
      share: 1,
    },
  )
}

const renderRefWarning = (refs: readonly RefTraffic[]): string => {
  const failed = refs.filter(({ written }) => written === 'failed').length
  if (failed === 0) return ''
  return `⚠️ ${renderCount(failed, 'cache ref')} could not be written. Images are not affected; the next build starts colder.`
}

/** What a summary tells besides the results: why steps ran, and what builds the leg again. */
export type SummaryExtras = { readonly run?: RunReport; readonly reproduction?: Reproduction }

/**
 * The job summary of one leg, or of a whole local run, as GitHub-flavoured Markdown below GitHub's limit of 1 MiB.
 * Failures lead; what is long and seldom asked for is folded away, and cut first.
 */
export const renderSummary = (results: Results, { run, reproduction }: SummaryExtras = {}): string => {
  const { items, excluded, disagreed } = results
  const subject = subjectOf(results)
  const refs = foldRefTraffic(items)
  const warnings = [renderRefWarning(refs), renderDisagreement(disagreed)].filter((warning) => warning !== '')
  const head = [renderHeadline(results), ...warnings].join('\n\n')
  return renderDocument([
    ...fixedSection(head),
    ...failureSection(items),
    ...(run === undefined ? [] : missSection(run)),
    ...itemSection(items, subject),
    ...layerSection(items, subject),
    ...refSection(refs),
    ...mountSection(results.cacheMounts),
    ...excludedSection(excluded, 5),
    ...reproductionSection(reproduction),
  ])
}
