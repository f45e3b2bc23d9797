import { asTagPart } from '../factory/tags.ts'
import { placeholdersOf, renderTemplate, RUN_PLACEHOLDERS } from '../factory/template.ts'
import { isTag } from '../oci/reference.ts'
import { InputError, type Problem } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import type { WantedManifest } from './wanted.ts'

/** What tags may say of the run. */
export type TagFacts = {
  /** ISO 8601, UTC. */
  readonly plannedAt: string
  /** Full name of the commit; absent outside GitHub. */
  readonly commit?: string
  /** Absent for tags and pull requests. */
  readonly branch?: string
}

/** What makes a tag, or none where a manifest or a run has no value for it. */
const KNOWN = ['manifest_id', 'version', ...RUN_PLACEHOLDERS]

const valuesOf = (
  { manifestId, version, layers }: WantedManifest,
  { plannedAt, commit, branch }: TagFacts,
): ReadonlyMap<string, string> =>
  new Map([
    ...layers.map(({ layer, variant }): [string, string] => [layer, asTagPart(variant)]),
    ['manifest_id', manifestId],
    ['date', plannedAt.slice(0, 10).replaceAll('-', '')],
    ...(version === undefined ? [] : [['version', asTagPart(version)] as [string, string]]),
    ...(branch === undefined ? [] : [['branch', asTagPart(branch)] as [string, string]]),
    ...(commit === undefined
      ? []
      : [['sha', commit] as [string, string], ['short_sha', commit.slice(0, 7)] as [string, string]]),
  ])

const ownTags = (
  manifest: WantedManifest,
  templates: readonly string[],
  facts: TagFacts,
): readonly (string | Problem)[] => {
  const own = manifest.tags.length === 0 ? [manifest.manifestId] : manifest.tags
  const values = valuesOf(manifest, facts)
  return (templates.length === 0 ? own : templates).flatMap((template) => {
    const tag = renderTemplate(template, values)
    if (tag === undefined || isTag(tag)) return tag ?? []
    const found = `tag template "${template}" makes "${tag}" of ${manifest.manifestId}`
    return { found, expected: 'letters, digits, _ . and -, 128 at most' }
  })
}

/** Placeholders that no manifest can have a value for. */
const unknownIn = (manifests: readonly WantedManifest[], templates: readonly string[]): readonly Problem[] => {
  const known = [...new Set([...KNOWN, ...manifests.flatMap(({ layers }) => layers.map(({ layer }) => layer))])]
  return templates.flatMap((template) =>
    placeholdersOf(template)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        found: `tag template "${template}" has the unknown placeholder {${name}}`,
        ...didYouMean(name, known),
      })),
  )
}

const clashesOf = (manifests: readonly WantedManifest[], tags: readonly (readonly string[])[]): readonly Problem[] => {
  const owners = new Map<string, string>()
  return manifests.flatMap(({ manifestId, image }, index) =>
    (tags[index] ?? []).flatMap((tag): readonly Problem[] => {
      const name = `${image}:${tag}`
      const owner = owners.get(name) ?? manifestId
      owners.set(name, owner)
      if (owner === manifestId) return []
      const found = `${owner} and ${manifestId} would both be ${name}`
      return [{ found, hint: 'put {manifest_id} into the tags' }]
    }),
  )
}

/**
 * The tags of each manifest: those of the templates, else those of the factory file, else its id. A template without a
 * value here makes no tag. Throws an InputError for a text that is no tag, and for a tag of two manifests.
 */
export const tagNames = (
  manifests: readonly WantedManifest[],
  templates: readonly string[],
  facts: TagFacts,
): readonly (readonly string[])[] => {
  const made = manifests.map((manifest) => ownTags(manifest, templates, facts))
  const tags = made.map((own) => [...new Set(own.filter((tag) => typeof tag === 'string'))])
  const problems = [
    ...unknownIn(manifests, templates),
    ...made.flat().filter((tag) => typeof tag !== 'string'),
    ...clashesOf(manifests, tags),
  ]
  if (problems.length > 0) throw new InputError(problems)
  return tags
}
