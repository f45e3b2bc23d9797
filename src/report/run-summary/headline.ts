import { renderBytes } from '../../plan/bytes.ts'
import { renderDuration } from '../../progress/duration.ts'
import { renderCode, renderText } from '../markdown.ts'
import { renderBar, renderCount, renderEstimate, renderNumber } from '../quantity.ts'
import type { ReportItem, RunReport } from '../run-report.ts'

type Verdict = ReportItem['verdict']

const countVerdicts = ({ items }: RunReport, verdict: Verdict): number =>
  items.filter((item) => item.verdict === verdict).length

const iconOf = (report: RunReport): string => {
  const { legs } = report
  if (countVerdicts(report, 'failed') > 0 || legs.some(({ status }) => status === 'failed')) return '❌'
  if (countVerdicts(report, 'missing') > 0 || legs.some(({ status }) => status === 'missing')) return '❌'
  return countVerdicts(report, 'canceled') > 0 ? '🚫' : '✅'
}

const WORDS: Readonly<Record<Exclude<Verdict, 'built'>, string>> = {
  failed: 'failed',
  canceled: 'canceled',
  missing: 'left no record',
}

/** `32 work items built`, or `2 failed, 1 left no record of 32 work items`. */
const renderVerdict = (report: RunReport): string => {
  const total = renderCount(report.items.length, 'work item')
  if (report.items.length === 0) return 'no work items'
  const troubles = (['failed', 'canceled', 'missing'] as const).flatMap((verdict) => {
    const count = countVerdicts(report, verdict)
    return count === 0 ? [] : [`${renderNumber(count)} ${WORDS[verdict]}`]
  })
  return troubles.length === 0 ? `${total} built` : `${troubles.join(', ')} of ${total}`
}

const renderHits = ({ counts, hitRatio, stepsRun, repeats }: RunReport): string => {
  if (counts.total === 0) return 'No steps'
  const hits = `**${renderNumber(counts.cached)} of ${renderCount(counts.total, 'step')} from cache** ${renderBar(hitRatio)}`
  const run = stepsRun === 0 ? 'no step ran' : `${renderCount(stepsRun, 'step')} ran`
  return `${hits} · ${run}${repeats === 0 ? '' : `, and ${renderCount(repeats, 'time more', 'times more')} in other legs`}`
}

/** Shorter savings are not worth a sentence, ms. */
const MIN_SAVED = 60_000

const renderSaved = ({ savedMs, positions, savedBasis }: RunReport): readonly string[] =>
  savedMs < MIN_SAVED
    ? []
    : [
        `**Saved ${renderEstimate(savedMs)} of step time** against ${renderNumber(positions)} steps of a matrix that shares ` +
          `nothing. An estimate: ${renderText(savedBasis)}.`,
      ]

const renderTraffic = ({ downloadedBytes, addedBytes, execMs }: RunReport): string =>
  `Step time ${renderDuration(execMs)} · pulled ${renderBytes(downloadedBytes)} · added to the cache ${renderBytes(addedBytes)}`

const renderSource = ({ factory, branch, commit }: RunReport): string =>
  [
    `Factory file ${renderCode(factory)}`,
    ...(branch === undefined ? [] : [`branch ${renderCode(branch)}`]),
    ...(commit === undefined ? [] : [`commit ${renderCode(commit.slice(0, 12))}`]),
  ].join(' · ')

/** What happened, in a heading and a few lines. */
export const renderHeadline = (report: RunReport): string => {
  const { name, startedAt, finishedAt, disagreed } = report
  const duration = renderDuration(Date.parse(finishedAt) - Date.parse(startedAt))
  const warning =
    disagreed === 0
      ? []
      : [
          `⚠️ BuildKit ran ${renderCount(disagreed, 'step')} against equal keys whose refs were read. The images are right; ` +
            'the keys miss something. They are listed below as “BuildKit disagreed”.',
        ]
  return [
    `## ${iconOf(report)} ${renderText(name)}: ${renderVerdict(report)}`,
    `${renderHits(report)} · ${duration}`,
    ...warning,
    ...renderSaved(report),
    `${renderTraffic(report)}<br>\n${renderSource(report)}`,
  ].join('\n\n')
}
