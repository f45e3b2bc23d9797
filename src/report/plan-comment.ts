import { COMMENT_LIMIT } from './comment.ts'
import { renderDocument, type Section } from './document.ts'
import { renderCode, renderCodeList, renderText } from './markdown.ts'
import { renderCount, renderEstimate, renderNumber } from './quantity.ts'
import { fixedSection, foldedSection, renderReasons } from './sections.ts'

/** A part of the factory that a pull request touches. */
export type TouchedGroup = {
  /** What it is, as people call it: `core/py312-cuda`. */
  readonly label: string
  /** Why it is touched, a sentence each. */
  readonly reasons: readonly string[]
  /** Manifest ids of the work items that are built anew for it. */
  readonly manifests: readonly string[]
}

/** What the comment on a pull request says of its plan. */
export type PlanCommentInput = {
  /** Name of the factory. */
  readonly name: string
  /** Work items that are built anew. */
  readonly touched: number
  /** All work items. */
  readonly total: number
  /** How long the touched ones may take, ms; absent when nobody knows. */
  readonly expectedMs?: number
  readonly groups: readonly TouchedGroup[]
  /** What would make the next run cheaper, a sentence each. */
  readonly hints: readonly string[]
}

/** Bytes, of which a text never has fewer than characters. The rest is for the marker. */
const LIMIT_BYTES = COMMENT_LIMIT - 1_024

/** Groups that the headline names before it counts the rest. */
const MAX_GROUPS = 3
/** Work items that a group names before it counts the rest. */
const MAX_MANIFESTS = 10

const renderWork = ({ touched, total, expectedMs = NaN }: PlanCommentInput): string =>
  [
    `${renderNumber(touched)} of ${renderCount(total, 'work item')}`,
    ...(Number.isFinite(expectedMs) && expectedMs >= 0 ? [renderEstimate(expectedMs)] : []),
    ...(touched < total ? [`${renderNumber(total - touched)} untouched`] : []),
  ].join(', ')

const renderUntouched = (total: number): string =>
  total === 1 ? 'the only work item stays as it is' : `all ${renderNumber(total)} work items stay as they are`

const renderHeadline = (input: PlanCommentInput): string => {
  const { name, touched, total, groups } = input
  // Behind a sign of ours, since a text that begins a line could be a heading or a list.
  const title = `📋 **${renderText(name)}**`
  if (total === 0) return `${title} has no work items`
  if (touched === 0) return `${title} touches nothing: ${renderUntouched(total)}`
  const labels = groups.map(({ label }) => label)
  return `${title} touches ${labels.length === 0 ? '' : `${renderCodeList(labels, MAX_GROUPS)}: `}${renderWork(input)}`
}

const groupSection = (groups: readonly TouchedGroup[]): readonly Section[] =>
  foldedSection('What is touched, and why', {
    columns: [{ title: 'Touched' }, { title: 'Why' }, { title: 'Work items' }],
    rows: groups.map(({ label, reasons, manifests }) => [
      renderCode(label),
      renderReasons(reasons),
      `${renderNumber(manifests.length)}${manifests.length === 0 ? '' : `: ${renderCodeList(manifests, MAX_MANIFESTS)}`}`,
    ]),
    rank: 2,
    share: 1,
  })

const hintSection = (hints: readonly string[]): readonly Section[] =>
  hints.length === 0
    ? []
    : [{ head: '**What if**\n', rows: hints.map((hint) => `- 💡 ${renderText(hint)}`), tail: '', rank: 1, share: 0.5 }]

/**
 * The comment on a pull request as GitHub-flavoured Markdown below GitHub's limit for comments: in its first line what
 * the pull request touches and what that costs, then why, folded away, then what would make it cheaper.
 */
export const renderPlanComment = (input: PlanCommentInput): string =>
  renderDocument(
    [...fixedSection(renderHeadline(input)), ...groupSection(input.groups), ...hintSection(input.hints)],
    LIMIT_BYTES,
  )
