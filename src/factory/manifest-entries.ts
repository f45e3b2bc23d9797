import { didYouMean } from '../suggest.ts'
import { parsePlatform, type Platform } from '../oci/platform.ts'
import { mergeBake } from './bake-options.ts'
import { argumentsOf, overlayArguments } from './by-platform.ts'
import { refuseTwice, type Catalogue } from './catalogue.ts'
import { choicesOf } from './choices.ts'
import { MANIFEST_KEYS, type ManifestContent } from './description.ts'
import { mergeDictionaries } from './dictionary.ts'
import { resolveExtends } from './extends.ts'
import type { ManifestEntry } from './factory.ts'
import { given } from './given.ts'
import { imageTestOf } from './image-test.ts'
import type { Report } from './read-scalar.ts'
import type { Entry } from './shape.ts'
import type { Located } from './source.ts'
import { checkTemplate } from './template.ts'
import { orList } from './wording.ts'

/** What entries are checked against. */
export type Surroundings = {
  readonly catalogue: Catalogue
  readonly platforms: readonly Platform[]
  /** Placeholders that tag templates know. */
  readonly placeholders: readonly string[]
  readonly report: Report
}

/** Platforms in normal form, each once. */
export const platformsOf = (texts: readonly Located<string>[]): readonly Platform[] => [
  ...new Set(texts.map(({ value }) => parsePlatform(value) ?? value)),
]

const checkPlatforms = (texts: readonly Located<string>[], { platforms, report }: Surroundings): void => {
  for (const text of texts) {
    const platform = parsePlatform(text.value) ?? text.value
    if (platforms.includes(platform)) continue
    const found = `the factory does not build for ${platform}`
    report({ place: text.place, found, expected: orList(platforms), ...didYouMean(platform, platforms) })
  }
}

const ownEntry = ({ key, value }: Entry<ManifestContent>, surroundings: Surroundings): ManifestEntry => {
  const { catalogue, placeholders, report } = surroundings
  for (const tag of value.tags ?? []) checkTemplate(tag, placeholders, report)
  checkPlatforms(value.platforms ?? [], surroundings)
  return {
    name: key.value,
    choices: choicesOf(value.rest, catalogue, MANIFEST_KEYS, report),
    ...given({
      version: value.version?.value,
      test: imageTestOf(value.test, report),
      testPool: value['test-pool']?.value,
      platforms: value.platforms === undefined ? undefined : platformsOf(value.platforms),
    }),
    tags: (value.tags ?? []).map((tag) => tag.value),
    args: argumentsOf(value.args, 'manifest', report),
    bake: value.bake ?? {},
    place: key.place,
  }
}

/** Tags name one manifest, so a child does not inherit them. */
const overlayEntry = (parent: ManifestEntry, child: ManifestEntry): ManifestEntry => ({
  ...parent,
  ...child,
  choices: mergeDictionaries(parent.choices, child.choices),
  args: overlayArguments(parent.args, child.args),
  bake: mergeBake(parent.bake, child.bake),
})

const checkLowest = (entry: ManifestEntry, { catalogue, report }: Surroundings): void => {
  const lowest = catalogue[0]?.name.value
  if (lowest === undefined || Object.hasOwn(entry.choices, lowest)) return
  const found = `manifest "${entry.name}" chooses no variant of "${lowest}", the lowest layer`
  report({ place: entry.place, found, expected: `${lowest}: a variant, or "*" for each` })
}

/** The entries under `manifests` of all files, every name looked up and `extends` resolved. */
export const manifestEntriesOf = (
  contents: readonly Entry<ManifestContent>[],
  surroundings: Surroundings,
): readonly ManifestEntry[] => {
  refuseTwice(contents, 'manifest', surroundings.report)
  const drafts = contents.map((content) => ({
    name: content.key,
    extends: content.value.extends,
    own: ownEntry(content, surroundings),
  }))
  const entries = resolveExtends(drafts, overlayEntry, 'manifest', surroundings.report)
  for (const entry of entries) checkLowest(entry, surroundings)
  return entries
}
