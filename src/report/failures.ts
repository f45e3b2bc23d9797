import { renderCode, renderCodeList, renderFence, renderText } from './markdown.ts'
import type { WorkItemResult } from './results.ts'

/** Work items that failed for one and the same reason: in a bake call, a step they share fails all of them at once. */
export type Failure = {
  /** The first of them, which stands for all. */
  readonly item: WorkItemResult
  readonly others: readonly WorkItemResult[]
}

/** Last lines of a log that are shown; results may hold more. */
const MAX_LOG_LINES = 40
/** Other work items that are named; the table of work items has them all. */
const MAX_NAMED = 5

const causeOf = ({ platform, error }: WorkItemResult): string =>
  JSON.stringify([platform, error?.file, error?.line, error?.message])

/** Failed work items, those of one cause together, in the order they come. */
export const groupFailures = (items: readonly WorkItemResult[]): readonly Failure[] => {
  const failed = items.filter(({ status }) => status === 'failed')
  return [...Map.groupBy(failed, causeOf).values()].flatMap(([item, ...others]) =>
    item === undefined ? [] : [{ item, others }],
  )
}

const renderOthers = (others: readonly WorkItemResult[]): string => {
  if (others.length === 0) return ''
  const ids = others.map(({ manifestId }) => manifestId)
  return `\n\nIt also stops ${renderCodeList(ids, MAX_NAMED)}.`
}

const renderPlace = ({ error, steps }: WorkItemResult): string => {
  const step = steps.find(({ outcome }) => outcome === 'failed')
  const layer = step === undefined ? '' : `, layer ${renderCode(step.layer)}, variant ${renderCode(step.variant)}`
  const line = error?.line === undefined ? '' : `:${error.line}`
  const place = error?.file === undefined ? '' : `at ${renderCode(`${error.file}${line}`)}${layer}`
  const text = step === undefined ? '' : `${renderCode(step.text)}${place === '' ? '' : '<br>'}`
  return `${text}${place}`
}

/** One failure as Markdown: which work items, which step and where, what BuildKit said, the end of the log. */
export const renderFailure = ({ item, others }: Failure): string => {
  const title = `\n#### ❌ ${renderCode(item.manifestId)} on ${renderCode(item.platform)}`
  const place = renderPlace(item)
  // Behind a word of ours, since a text that begins a line could be a heading or a list.
  const message = `Error: ${renderText(item.error?.message ?? 'BuildKit did not say why')}`
  const tail = item.error?.logTail.slice(-MAX_LOG_LINES) ?? []
  const log = tail.length === 0 ? [] : [renderFence(tail)]
  return `${[title, ...(place === '' ? [] : [place]), message, ...log].join('\n\n')}${renderOthers(others)}`
}
