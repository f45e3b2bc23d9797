import type { Section } from '../document.ts'
import { renderCode, renderCodeList, renderText } from '../markdown.ts'
import { renderCount } from '../quantity.ts'
import type { ReportItem, ReportJob, ReportLeg, RunReport } from '../run-report.ts'
import { fixedSection, tableSection } from '../sections.ts'

/** Work items that a row names before it counts the rest. */
const MAX_NAMED = 5

const STATUS: Readonly<Record<ReportLeg['status'], string>> = {
  built: '✅ built',
  failed: '❌ failed',
  missing: '❔ left no record',
}

const legSection = ({ legs }: RunReport): readonly Section[] =>
  tableSection('Legs to look at', {
    columns: [{ title: 'Leg' }, { title: 'Pool' }, { title: 'Status' }, { title: 'Work', align: 'right' }],
    rows: legs
      .filter(({ status }) => status !== 'built')
      .map(({ name, pool, status, kind, items }) => [
        renderText(name),
        pool === undefined ? '' : renderCode(pool),
        STATUS[status],
        items === 0
          ? ''
          : renderCount(items, kind === 'wave' ? 'prefix' : 'work item', kind === 'wave' ? 'prefixes' : 'work items'),
      ]),
    ...{ rank: 1, share: 0.3 },
  })

/** Jobs that were skipped are worth a word only where legs are missing: a wave without work is skipped, too. */
const jobsToTell = ({ jobs = [], legs }: RunReport): readonly ReportJob[] => {
  const isMissing = legs.some(({ status }) => status === 'missing')
  return jobs.filter(({ result }) => result !== 'success' && (result !== 'skipped' || isMissing))
}

const RESULTS: Readonly<Record<ReportJob['result'], string>> = {
  success: 'succeeded',
  failure: 'failed',
  cancelled: 'was cancelled',
  skipped: 'was skipped',
}

const jobSection = (report: RunReport): readonly Section[] => {
  const jobs = jobsToTell(report).map(({ name, result }) => `job ${renderCode(name)} ${RESULTS[result]}`)
  return fixedSection(jobs.length === 0 ? '' : `GitHub says: ${jobs.slice(0, 20).join(', ')}.`)
}

/** Failed work items, those of one cause together. */
const failureSection = ({ items }: RunReport): readonly Section[] => {
  const failed = items.filter(({ verdict }) => verdict === 'failed')
  const causeOf = ({ platform, error }: ReportItem): string => JSON.stringify([platform, error])
  return tableSection('What failed', {
    columns: [{ title: 'Platform' }, { title: 'Error' }, { title: 'Work items' }],
    rows: [...Map.groupBy(failed, causeOf).values()].map((of) => [
      renderCode(of[0]?.platform ?? ''),
      renderText(of[0]?.error ?? 'no error was recorded'),
      renderCodeList(
        of.map(({ manifestId }) => manifestId),
        MAX_NAMED,
      ),
    ]),
    ...{ rank: 1, share: 0.3 },
  })
}

/** What failed or did not even start. */
export const troubleSections = (report: RunReport): readonly Section[] => [
  ...failureSection(report),
  ...legSection(report),
  ...jobSection(report),
]
