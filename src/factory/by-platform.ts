import { parsePlatform, type Platform } from '../oci/platform.ts'
import { dictionary, mergeDictionaries } from './dictionary.ts'
import type { Argument, ArgumentLevel, ByPlatform } from './factory.ts'
import type { ArgumentsContent } from './description.ts'
import type { Report } from './read-scalar.ts'
import type { Entry } from './shape.ts'
import type { Located } from './source.ts'

/** A text for all platforms, or a map of texts by platform, as the reader hands it over. */
export type ByPlatformContent =
  { readonly plain: Located<string> } | { readonly map: readonly Entry<Located<string>>[] }

/** Normalises the platforms of a map. Two spellings of one platform are a problem. */
export const byPlatformOf = (content: ByPlatformContent, report: Report): ByPlatform => {
  if ('plain' in content) return { any: content.plain.value, platforms: dictionary([]) }
  const values = new Map<Platform, string>()
  for (const { key, value } of content.map) {
    const platform = parsePlatform(key.value) ?? key.value
    if (values.has(platform)) report({ place: key.place, found: `"${key.value}" gives ${platform} a second value` })
    values.set(platform, value.value)
  }
  return { platforms: dictionary(values) }
}

/** The second laid over the first: a plain text replaces everything, a map only the platforms that it names. */
export const overlayByPlatform = (first: ByPlatform | undefined, second: ByPlatform): ByPlatform => {
  if (first === undefined || second.any !== undefined) return second
  return { ...first, platforms: mergeDictionaries(first.platforms, second.platforms) }
}

/** The text on a platform, or undefined when there is none for it. */
export const valueOn = ({ any, platforms }: ByPlatform, platform: Platform): string | undefined =>
  Object.hasOwn(platforms, platform) ? platforms[platform] : any

/** Arguments by name. */
export type Arguments = Readonly<Record<string, Argument>>

/** The arguments that are written at one level, their platforms normalised. */
export const argumentsOf = (content: ArgumentsContent | undefined, level: ArgumentLevel, report: Report): Arguments =>
  dictionary(
    (content ?? []).map(({ key, value }) => [
      key.value,
      { value: byPlatformOf(value, report), level, place: key.place },
    ]),
  )

/** Arguments laid over weaker ones. A value by platform leaves the weaker value on the platforms it does not name. */
export const overlayArguments = (weak: Arguments, strong: Arguments): Arguments =>
  mergeDictionaries(weak, strong, (below, above) => ({ ...above, value: overlayByPlatform(below.value, above.value) }))
