import { isTag } from '../oci/reference.ts'
import { inputError } from '../problem.ts'
import { placeholderValues, type Combination } from './combination.ts'
import type { Factory } from './factory.ts'
import { renderTemplate } from './template.ts'

/** Versions may hold what tags may not, such as the `+` of semantic versions; it becomes `-`. */
const asTagPart = (text: string): string => text.replaceAll(/[^A-Za-z0-9_.-]/g, '-')

/**
 * Tags of a combination: the factory's, then those of its entry, each once. A template with a placeholder that has
 * no value here (no `version`, a layer that is left out) makes no tag. Throws an InputError for a text that is no tag.
 */
export const tagsOf = (factory: Factory, { id, entry, variants }: Combination): readonly string[] => {
  const version = entry.version === undefined ? [] : [['version', asTagPart(entry.version)] as const]
  const values = new Map([...placeholderValues(factory, variants), ['manifest_id', id] as const, ...version])
  const tags = [...factory.tags, ...entry.tags].flatMap((template) => {
    const tag = renderTemplate(template, values)
    if (tag === undefined || isTag(tag)) return tag ?? []
    throw inputError(`the tag template "${template}" makes "${tag}" of manifest "${id}"`, {
      place: entry.place,
      expected: 'a tag: 128 characters at most, beginning with a letter, a digit or "_"',
    })
  })
  return [...new Set(tags)]
}
