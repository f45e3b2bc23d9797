import { didYouMean } from '../suggest.ts'
import type { Report } from './read-scalar.ts'
import type { Located } from './source.ts'
import { orList } from './wording.ts'

/**
 * Placeholders of tags that a run has values for. They stay in the tags of work items as they are, and publish fills them
 * in: what changes with every commit would change plans and keys.
 */
export const RUN_PLACEHOLDERS = ['sha', 'short_sha', 'date', 'branch'] as const

type Part = { readonly literal: string } | { readonly placeholder: string }

const partsOf = (template: string): readonly Part[] =>
  template
    .split(/(\{[^{}]+\})/)
    .filter((text) => text !== '')
    .map((text) => (text.startsWith('{') ? { placeholder: text.slice(1, -1) } : { literal: text }))

const isSeparator = (part: Part | undefined): boolean =>
  part !== undefined && 'literal' in part && /^[-_./]+$/.test(part.literal)

/** Names of the placeholders of a template, in order. */
export const placeholdersOf = (template: string): readonly string[] =>
  partsOf(template).flatMap((part) => ('placeholder' in part ? [part.placeholder] : []))

/** Fills a template in; undefined when a placeholder has no value. */
export const renderTemplate = (template: string, values: ReadonlyMap<string, string>): string | undefined => {
  const texts = partsOf(template).map((part) => ('literal' in part ? part.literal : values.get(part.placeholder)))
  return texts.includes(undefined) ? undefined : texts.join('')
}

/**
 * Fills a template in. A placeholder without a value goes together with one separator beside it, so that
 * `{app}-{core}-{base}` without `app` is `<core>-<base>`.
 */
export const renderSparse = (template: string, values: ReadonlyMap<string, string>): string => {
  const parts = [...partsOf(template)]
  for (;;) {
    const missing = parts.findIndex((part) => 'placeholder' in part && !values.has(part.placeholder))
    if (missing === -1) break
    if (isSeparator(parts[missing + 1])) parts.splice(missing, 2)
    else if (isSeparator(parts[missing - 1])) parts.splice(missing - 1, 2)
    else parts.splice(missing, 1)
  }
  return parts.map((part) => ('literal' in part ? part.literal : values.get(part.placeholder))).join('')
}

/** Reports placeholders that are not among the known ones. */
export const checkTemplate = ({ value, place }: Located<string>, known: readonly string[], report: Report): void => {
  for (const name of placeholdersOf(value).filter((placeholder) => !known.includes(placeholder))) {
    const expected = orList(known.map((word) => `{${word}}`))
    report({ place, found: `unknown placeholder {${name}} in "${value}"`, expected, ...didYouMean(name, known) })
  }
}
