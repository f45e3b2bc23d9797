import { renderLabel } from '../mermaid.ts'
import { renderCount } from '../quantity.ts'
import type { ReportLeg, RunReport } from '../run-report.ts'

/** Legs whose longest steps are drawn with them; of more only the legs are. */
const MAX_DETAILED = 8
/** Steps that are drawn of one leg. */
const MAX_SPANS = 5
/** Legs that are drawn. GitHub draws no diagram of more than 50,000 characters (Mermaid, `maxTextSize`). */
const MAX_LEGS = 100

type Span = ReportLeg['spans'][number]

/** A leg that has a time. */
type TimedLeg = ReportLeg & { readonly startedAt: string; readonly finishedAt: string }

/** Colours of Mermaid's own theme: grey for what came from cache, red for what failed. */
const TAGS: Readonly<Record<Span['outcome'], string>> = {
  hit: 'done, ',
  run: 'active, ',
  failed: 'crit, ',
  canceled: 'crit, ',
  skipped: 'done, ',
}

/** Behind a word of ours, since Mermaid takes some words at the start of a line for its own, and no empty name. */
const renderTask = (word: string, name: string, tag: string, start: string, end: string): string => {
  const from = Date.parse(start)
  return `  ${word} ${renderLabel(name)} :${tag}${from}, ${Math.max(from + 1, Date.parse(end))}`
}

const durationOf = ({ startedAt, completedAt }: Span): number => Date.parse(completedAt) - Date.parse(startedAt)

const renderLeg = ({ name, status, startedAt, finishedAt }: TimedLeg): string =>
  renderTask('leg', name, status === 'failed' ? 'crit, ' : '', startedAt, finishedAt)

const renderDetailed = (leg: TimedLeg): readonly string[] => {
  const longest = leg.spans.toSorted((a, b) => durationOf(b) - durationOf(a)).slice(0, MAX_SPANS)
  const spans = leg.spans.filter((span) => longest.includes(span))
  return [
    ` section leg ${renderLabel(leg.name)}`,
    renderLeg(leg),
    ...spans.map(({ label, outcome, startedAt, completedAt }) =>
      renderTask('·', label, TAGS[outcome], startedAt, completedAt),
    ),
  ]
}

const renderPools = (legs: readonly TimedLeg[]): readonly string[] =>
  [...Map.groupBy(legs, ({ pool }) => pool)].flatMap(([pool, of]) => [
    ` section ${pool === undefined ? 'no pool' : `pool ${renderLabel(pool)}`}`,
    ...of.map(renderLeg),
  ])

const isTimed = (leg: ReportLeg): leg is TimedLeg => leg.startedAt !== undefined && leg.finishedAt !== undefined

/** When the legs ran, as Markdown with a Mermaid Gantt chart: who waited for what. Empty without two legs. */
export const renderTimeline = ({ legs }: RunReport): string => {
  const timed = legs.filter(isTimed).slice(0, MAX_LEGS)
  if (timed.length < 2) return ''
  const body = timed.length <= MAX_DETAILED ? timed.flatMap(renderDetailed) : renderPools(timed)
  const chart = ['gantt', ' dateFormat x', ' axisFormat %H:%M:%S', ...body].join('\n')
  const cut = legs.length > timed.length ? `, ${renderCount(timed.length, 'leg')} of ${legs.length}` : ''
  return `<details>\n<summary>Timeline${cut}</summary>\n\n\`\`\`mermaid\n${chart}\n\`\`\`\n\n</details>`
}
