import { shortPlatform } from '../../../oci/platform.ts'
import { renderCount } from '../../quantity.ts'
import type { ReportPrefix, ReportStep } from '../../run-report.ts'
import { OUTCOMES, REASONS, sayTime } from '../model/words.ts'
import { el, named, type Child } from './element.ts'
import type { PageState } from './page-state.ts'

const EVIDENCE_LINES = 12

/** Lines of evidence; those of a diff in their colours. */
export const evidenceList = (lines: readonly string[]): HTMLElement =>
  el(
    'ul',
    { class: 'evidence' },
    ...lines
      .slice(0, EVIDENCE_LINES)
      .map((line) =>
        el('li', { class: line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus' : '' }, named(line, 'code')),
      ),
    ...(lines.length > EVIDENCE_LINES
      ? [el('li', {}, `and ${renderCount(lines.length - EVIDENCE_LINES, 'more line')}`)]
      : []),
  )

const stepTime = ({ outcome, execMs, loadMs, repeats }: ReportStep): string => {
  const time = outcome === 'hit' ? loadMs : execMs
  const word = OUTCOMES[outcome]
  const again = repeats > 0 ? `, ${repeats} × again` : ''
  return time > 0 ? `${word} ${sayTime(time)}${again}` : `${word}${again}`
}

const stepRow = (step: ReportStep): HTMLElement =>
  el(
    'li',
    { class: `step ${step.outcome}` },
    el('span', { class: 'line' }, String(step.line)),
    named(step.text, 'code'),
    el('span', { class: 'took' }, stepTime(step)),
  )

const reasonOf = ({ reason }: ReportPrefix): readonly Child[] => {
  if (reason === undefined) return []
  const about = reason.subject === undefined ? [] : [': ', named(reason.subject, 'code')]
  const root =
    reason.root === undefined ? [] : [', from ', named(`${reason.root.layer}/${reason.root.variant}`, 'code')]
  return [
    el('p', { class: 'reason' }, el('b', {}, REASONS[reason.kind]), ...about, ...root),
    evidenceList(reason.evidence),
  ]
}

const prefixDetails = (prefix: ReportPrefix): HTMLElement =>
  el(
    'section',
    { class: 'prefix' },
    el(
      'h4',
      {},
      named(shortPlatform(prefix.platform)),
      el('span', { class: 'note' }, ` in ${renderCount(prefix.items, 'work item')}`),
    ),
    ...reasonOf(prefix),
    el('ol', { class: 'steps' }, ...prefix.steps.map(stepRow)),
    el('p', { class: 'note' }, 'key ', named(prefix.key.slice(0, 16), 'code')),
  )

/** All that is known of a node of the tree: for each platform its steps, and why they ran. */
export const nodeDetails = ({ report, forest, sight }: PageState, node: number): readonly Child[] => {
  const place = forest.nodes[node]
  if (place === undefined) return [el('p', { class: 'note' }, 'Choose a row to see its steps.')]
  const { found } = sight()
  const prefixes = (forest.prefixesOn[node] ?? [])
    .filter((index) => found.prefixes[index])
    .flatMap((index) => report.prefixes[index] ?? [])
  const file = prefixes.find((prefix) => prefix.file !== undefined)?.file
  return [
    el('h3', {}, named(place.layer, 'layer'), ' ', named(place.variant, 'variant')),
    ...(file === undefined ? [] : [el('p', { class: 'file' }, named(file, 'code'))]),
    ...(prefixes.length === 0
      ? [el('p', { class: 'note' }, 'It has no steps of its own here.')]
      : prefixes.map(prefixDetails)),
  ]
}
