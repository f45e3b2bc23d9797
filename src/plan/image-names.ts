import { placeholdersOf, renderTemplate, RUN_PLACEHOLDERS } from '../factory/template.ts'
import type { WorkItem } from '../factory/work-item.ts'
import { isTag } from '../oci/reference.ts'
import { InputError, type Problem } from '../problem.ts'
import { didYouMean } from '../suggest.ts'

const DEFAULT_TAG = '{manifest_id}-{os}-{arch}'

const valuesOf = ({ manifestId, platform, version, layers }: WorkItem): ReadonlyMap<string, string> => {
  const [os = '', ...arch] = platform.split('/')
  return new Map([
    ...layers.map(({ layer, variant }): [string, string] => [layer, variant]),
    ['manifest_id', manifestId],
    ['os', os],
    // A variant is part of the architecture here: `arm-v7`.
    ['arch', arch.join('-')],
    ...(version === undefined ? [] : [['version', version] as [string, string]]),
  ])
}

/** Plan and build name images alike, also in another attempt, so nothing of a run is in their names. */
const RUN_HINT =
  'only the publish action fills it in; write an expression such as ${{ github.sha }}, or input push: digest and publish'

const tagOf = (template: string, item: WorkItem): string | Problem => {
  const values = valuesOf(item)
  const tag = renderTemplate(template, values)
  const where = `tag template "${template}"`
  if (tag === undefined) {
    const name = placeholdersOf(template).find((placeholder) => !values.has(placeholder)) ?? ''
    const isOfRun = RUN_PLACEHOLDERS.some((each) => each === name)
    if (isOfRun) return { found: `${where} has {${name}}`, hint: RUN_HINT }
    return {
      found: `${where} has {${name}}, which ${item.manifestId} has no value for`,
      ...didYouMean(name, [...values.keys()]),
    }
  }
  if (isTag(tag)) return tag
  return { found: `${where} makes "${tag}" of ${item.manifestId}`, expected: 'letters, digits, _ . and -, 128 at most' }
}

/** What two work items would overwrite of each other. */
const clashesOf = (items: readonly WorkItem[], names: readonly (readonly string[])[]): readonly Problem[] => {
  const owners = new Map<string, WorkItem>()
  return items.flatMap((item, index) =>
    (names[index] ?? []).flatMap((name): readonly Problem[] => {
      const owner = owners.get(name)
      owners.set(name, owner ?? item)
      if (owner === undefined || owner === item) return []
      const both = `${owner.manifestId} (${owner.platform}) and ${item.manifestId} (${item.platform})`
      return [{ found: `${both} would both be ${name}`, hint: `put {manifest_id}, {os} and {arch} into input tags` }]
    }),
  )
}

/**
 * The references under which the image of each work item is pushed or loaded: one for each template.
 * Throws an InputError when a template has no value or two work items would get one name.
 */
export const nameImages = (
  items: readonly WorkItem[],
  templates: readonly string[],
): readonly (readonly string[])[] => {
  const wanted = templates.length === 0 ? [DEFAULT_TAG] : templates
  const tags = items.map((item) => wanted.map((template) => tagOf(template, item)))
  const problems = tags.flat().filter((tag) => typeof tag !== 'string')
  if (problems.length > 0) throw new InputError(problems)
  const names = items.map(({ image }, index) =>
    (tags[index] ?? []).flatMap((tag) => (typeof tag === 'string' ? [`${image}:${tag}`] : [])),
  )
  const clashes = clashesOf(items, names)
  if (clashes.length > 0) throw new InputError(clashes)
  return names
}
