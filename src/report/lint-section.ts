import type { Finding } from '../lint/finding.ts'
import { renderDocument, type Section } from './document.ts'
import { renderCode, renderText } from './markdown.ts'
import { renderCount } from './quantity.ts'
import { foldedSection } from './sections.ts'

/** The title of an annotation: the rule's id in words, or the name of BuildKit's check. */
export const findingTitle = ({ rule, check }: Finding): string => {
  const words = (check ?? rule).replaceAll('-', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** A finding in full: what, why, what to do, how to silence it. */
export const renderFinding = ({ rule, check, found, why, fix }: Finding): string =>
  `${found}: ${why}. What to do: ${fix}. To silence it: # strata: ignore=${check ?? rule} <reason>`

/** All findings as a table, folded away; nothing where there is none. */
export const lintSection = (findings: readonly Finding[]): readonly Section[] => {
  const errors = findings.filter(({ level }) => level === 'error').length
  const grave = errors === 0 ? '' : `, ${renderCount(errors, 'error')}`
  return foldedSection(`${errors === 0 ? '⚠️' : '❌'} Lint: ${renderCount(findings.length, 'finding')}${grave}`, {
    columns: [{ title: 'Where' }, { title: 'Rule' }, { title: 'Found' }, { title: 'What to do' }],
    rows: findings.map(({ rule, check, place, found, fix }) => [
      renderCode(`${place.file}:${place.line}`),
      renderCode(check ?? rule),
      renderText(found),
      renderText(fix),
    ]),
    rank: 2,
    share: 0.25,
  })
}

/** The findings as a job summary of their own. */
export const renderLintSummary = (findings: readonly Finding[]): string => renderDocument(lintSection(findings))
