import { isTag } from '../oci/reference.ts'
import { inputError } from '../problem.ts'
import { placeholderValues, type Combination } from './combination.ts'
import type { Factory } from './factory.ts'
import { renderTemplate, RUN_PLACEHOLDERS } from './template.ts'

/** Versions may hold what tags may not, such as the `+` of semantic versions; it becomes `-`. */
export const asTagPart = (text: string): string => text.replaceAll(/[^A-Za-z0-9_.-]/g, '-')

/** What the placeholders of a run may become, for a tag to be checked before there is a run. */
const SAMPLES: ReadonlyMap<string, string> = new Map([
  ['sha', '0'.repeat(40)],
  ['short_sha', '0'.repeat(7)],
  ['date', '20261128'],
  ['branch', 'main'],
])

const isTagOfRun = (template: string): boolean => isTag(renderTemplate(template, SAMPLES) ?? template)

/**
 * Tags of a combination: the factory's, then those of its entry, each once. A template with a placeholder that has
 * no value here (no `version`, a layer that is left out) makes no tag; those of a run stay in it for publish to fill in.
 * Throws an InputError for a text that is no tag.
 */
export const tagsOf = (factory: Factory, { id, entry, variants }: Combination): readonly string[] => {
  const version = entry.version === undefined ? [] : [['version', asTagPart(entry.version)] as const]
  const ofRun = RUN_PLACEHOLDERS.map((name) => [name, `{${name}}`] as const)
  const values = new Map([...placeholderValues(factory, variants), ['manifest_id', id] as const, ...version, ...ofRun])
  const tags = [...factory.tags, ...entry.tags].flatMap((template) => {
    const tag = renderTemplate(template, values)
    if (tag === undefined || isTagOfRun(tag)) return tag ?? []
    throw inputError(`the tag template "${template}" makes "${tag}" of manifest "${id}"`, {
      place: entry.place,
      expected: 'a tag: 128 characters at most, beginning with a letter, a digit or "_"',
    })
  })
  return [...new Set(tags)]
}
