import { InputError, inputError, type Problem } from '../problem.ts'
import type { Platform } from '../oci/platform.ts'
import { didYouMean } from '../suggest.ts'
import { groupAliases, idsOf, type Build, type Candidate } from './aliases.ts'
import { combinationsOf, type Combination } from './combination.ts'
import { dictionary } from './dictionary.ts'
import { objections, platformObjections } from './exclude.ts'
import type { Factory } from './factory.ts'
import { given } from './given.ts'
import { chosenPlatforms, override, type ExpandOptions } from './overrides.ts'
import { isName, matchesPattern } from './selector.ts'
import { tagsOf } from './tags.ts'
import { createLayerMaker, imageOf, workItem, type LayerMaker } from './work-items.ts'
import type { ExcludedCombination, Expansion, WorkItem } from './work-item.ts'
import { orList, renderPlace } from './wording.ts'

/** A combination, the platforms that nothing speaks against, and what speaks against the others. */
type Judged = {
  readonly combination: Combination
  readonly platforms: readonly Platform[]
  readonly excluded: readonly ExcludedCombination[]
}

const judge = (factory: Factory, combination: Combination): Judged => {
  const { id: manifestId, entry, variants } = combination
  const [general] = objections(factory, variants)
  if (general !== undefined) {
    const { reason, place } = general
    return { combination, platforms: [], excluded: [{ manifestId, reason, place }] }
  }
  const wanted = factory.platforms.filter((platform) => entry.platforms?.includes(platform) ?? true)
  const excluded = wanted.flatMap((platform) =>
    platformObjections(factory, variants, platform)
      .slice(0, 1)
      .map(({ reason, place }) => ({ manifestId, platform, reason, place })),
  )
  const platforms = wanted.filter((platform) => !excluded.some((each) => each.platform === platform))
  return { combination, platforms, excluded }
}

/** Whoever writes a manifest out wants it built, so leaving it out silently would be wrong. */
const refuseNamedExclusions = (judged: readonly Judged[]): void => {
  const problems = judged
    .filter(({ combination, platforms }) => combination.isNamed && platforms.length === 0)
    .map(({ combination, excluded }): Problem => {
      const reasons = [...new Set(excluded.map(({ reason }) => reason))].join('; ')
      const places = [...new Set(excluded.map(renderPlace))]
      return {
        place: combination.entry.place,
        found: `manifest "${combination.id}" is written out by name and excluded: ${reasons}`,
        hint: `see ${orList(places)}`,
      }
    })
  if (problems.length > 0) throw new InputError(problems)
}

const refuseEmpty = (judged: readonly Judged[]): void => {
  if (judged.some(({ platforms }) => platforms.length > 0)) return
  const excluded = judged.flatMap((each) => each.excluded)
  const byRule = [...Map.groupBy(excluded, (each) => `${renderPlace(each)} (${each.reason})`)]
  const rules = byRule
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([rule, { length }]) => `${rule} excludes ${length}`)
  const [first] = byRule.toSorted(([, a], [, b]) => b.length - a.length)
  throw inputError(`nothing is left to build: all ${judged.length} combinations are excluded`, {
    ...given({ place: first?.[1][0]?.place }),
    hint: rules.slice(0, 5).join(', '),
  })
}

/** Whether one of the patterns holds one of the ids. */
const isChosen = (only: readonly string[] | undefined, ids: readonly string[]): boolean =>
  only?.some((pattern) => ids.some((id) => matchesPattern(pattern, id))) ?? true

const refuseUnmatched = (only: readonly string[], builds: readonly Build[], judged: readonly Judged[]): void => {
  const ids = builds.flatMap(idsOf)
  const excluded = judged.flatMap((each) => each.excluded)
  const problems = only
    .filter((pattern) => !isChosen([pattern], ids))
    .map((pattern): Problem => {
      const out = excluded.find(({ manifestId }) => matchesPattern(pattern, manifestId))
      if (out !== undefined) return { place: out.place, found: `only: "${out.manifestId}" is excluded: ${out.reason}` }
      const hint = isName(pattern) ? didYouMean(pattern, ids) : {}
      return { found: `only: no manifest matches "${pattern}"`, expected: orList(ids), ...hint }
    })
  if (problems.length > 0) throw new InputError(problems)
}

const itemsOf = (
  factory: Factory,
  { candidate, aliases }: Build,
  chosen: readonly Platform[],
  makeLayer: LayerMaker,
): readonly WorkItem[] => {
  const { combination, image, platforms } = candidate
  const tags = [...new Set([candidate, ...aliases].flatMap((each) => each.tags))]
  return platforms
    .filter((platform) => chosen.includes(platform))
    .map((platform) => workItem(factory, combination, platform, { image, tags }, makeLayer))
}

const excludedOf = (
  judged: readonly Judged[],
  only: readonly string[] | undefined,
  chosen: readonly Platform[],
): readonly ExcludedCombination[] => {
  const excluded = judged
    .flatMap((each) => each.excluded)
    .filter(
      ({ manifestId, platform }) =>
        isChosen(only, [manifestId]) && (platform === undefined || chosen.includes(platform)),
    )
  // Entries that overlap leave the same combination out twice.
  return [...new Map(excluded.map((each) => [JSON.stringify(each), each])).values()]
}

const aliasesOf = (builds: readonly Build[]): Expansion['aliases'] =>
  dictionary(
    builds.flatMap((build) => {
      const [id, ...others] = idsOf(build)
      return id === undefined || others.length === 0 ? [] : [[id, others] as const]
    }),
  )

const nothingOn = (chosen: readonly Platform[], [first]: readonly ExcludedCombination[]): InputError =>
  inputError(
    `nothing that was asked for is built for ${orList(chosen)}`,
    first === undefined ? {} : { hint: `see ${renderPlace(first)}: ${first.reason}` },
  )

/**
 * What a factory asks for: manifests in file order, platforms within them. Lists and globs are multiplied out, layers
 * bottom to top, variants as they stand in the file.
 *
 * Throws an {@link InputError} for a manifest that is written out and excluded, different images with the same id or tag,
 * options that match nothing, and when nothing is left to build.
 */
export const expandFactory = (source: Factory, options: ExpandOptions = {}): Expansion => {
  const factory = override(source, options)
  const chosen = chosenPlatforms(factory, options.platforms)
  const judged = factory.manifests
    .flatMap((entry) => combinationsOf(factory, entry))
    .map((combination) => judge(factory, combination))
  refuseNamedExclusions(judged)
  refuseEmpty(judged)
  const candidates = judged
    .filter(({ platforms }) => platforms.length > 0)
    .map(({ combination, platforms }): Candidate => {
      return { combination, platforms, image: imageOf(factory, combination), tags: tagsOf(factory, combination) }
    })
  const all = groupAliases(factory, candidates)
  refuseUnmatched(options.only ?? [], all, judged)
  const builds = all.filter((build) => isChosen(options.only, idsOf(build)))
  const makeLayer = createLayerMaker(factory)
  const items = builds.flatMap((build) => itemsOf(factory, build, chosen, makeLayer))
  const excluded = excludedOf(judged, options.only, chosen)
  if (items.length === 0) throw nothingOn(chosen, excluded)
  return { items, excluded, aliases: aliasesOf(builds) }
}
