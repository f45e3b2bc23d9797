import type { Platform } from '../oci/platform.ts'
import { InputError, type Problem } from '../problem.ts'
import type { Combination } from './combination.ts'
import type { Factory } from './factory.ts'
import { renderPlace } from './wording.ts'

/** A combination that can be built: where, and under which names. */
export type Candidate = {
  readonly combination: Combination
  readonly platforms: readonly Platform[]
  readonly image: string
  readonly tags: readonly string[]
}

/** A candidate that is built, with the later ones that are the same. */
export type Build = { readonly candidate: Candidate; readonly aliases: readonly Candidate[] }

/** Everything that decides what is built and where it goes. Candidates of equal identity are built once. */
const identityOf = ({ combination: { variants, entry }, platforms, image }: Candidate): string =>
  JSON.stringify([
    variants.map(({ layer, name }) => [layer, name]),
    Object.entries(entry.args).map(([name, { value }]) => [name, value]),
    [entry.bake, platforms, image, entry.test, entry.testPool],
  ])

/** Layers in which two combinations differ, with what the first has there: `security none`, `no light`. */
const differences = (one: Combination, other: Combination): ReadonlyMap<string, string> => {
  const others = new Map(other.variants.map(({ layer, name }) => [layer, name]))
  const own = new Map(one.variants.map(({ layer, name }) => [layer, name]))
  const layers = [...new Set([...own.keys(), ...others.keys()])].filter((layer) => own.get(layer) !== others.get(layer))
  return new Map(layers.map((layer) => [layer, own.has(layer) ? `${layer} ${own.get(layer) ?? ''}` : `no ${layer}`]))
}

/** Two different images of the same id. */
type Clash = { readonly first: Combination; readonly second: Combination }

/** Whether both ids were made by the template from different variants, so that a better template tells them apart. */
const isTemplateClash = ({ first, second }: Clash): boolean =>
  !first.isNamed && !second.isNamed && differences(first, second).size > 0

const templateProblem = (template: string, clashes: readonly Clash[], { first, second }: Clash): Problem => {
  const one = [...differences(first, second).values()].join(', ')
  const other = [...differences(second, first).values()].join(', ')
  const layers = new Set(
    clashes.filter(isTemplateClash).flatMap((clash) => [...differences(clash.first, clash.second).keys()]),
  )
  const missing = [...layers].map((layer) => `{${layer}}`).filter((placeholder) => !template.includes(placeholder))
  const more =
    clashes.length === 1 ? '' : ` (and ${clashes.length - 1} more such ${clashes.length === 2 ? 'pair' : 'pairs'})`
  const way = missing.length > 0 ? `add ${missing.join(' and ')} to` : 'put other separators into'
  return {
    place: second.entry.place,
    found: `two combinations get the id "${second.id}", one with ${one}, one with ${other}${more}`,
    hint: `${way} the id template, now "${template}"`,
  }
}

const nameProblem = ({ first, second }: Clash): Problem => {
  const names = `manifest "${first.entry.name}" at ${renderPlace(first.entry)} and manifest "${second.entry.name}"`
  const hint =
    first.isNamed === second.isNamed
      ? 'write one of them out by name, without lists and globs'
      : 'rename the one that is written out'
  return { place: second.entry.place, found: `${names} give the id "${second.id}" to different images`, hint }
}

/** One problem for each pair of entries, since one change mends all their clashes. */
const refuseEqualIds = ({ id: template }: Factory, candidates: readonly Candidate[]): void => {
  const first = new Map<string, Candidate>()
  const clashes: Clash[] = []
  for (const candidate of candidates) {
    const before = first.get(candidate.combination.id) ?? candidate
    first.set(candidate.combination.id, before)
    if (before !== candidate && identityOf(before) !== identityOf(candidate))
      clashes.push({ first: before.combination, second: candidate.combination })
  }
  const pairs = Map.groupBy(clashes, (clash) => `${clash.first.entry.name} ${clash.second.entry.name}`)
  const problems = [...pairs.values()].flatMap(([clash, ...others]) => {
    if (clash === undefined) return []
    return isTemplateClash(clash) ? templateProblem(template, [clash, ...others], clash) : nameProblem(clash)
  })
  if (problems.length > 0) throw new InputError(problems)
}

const refuseSharedTags = (builds: readonly Build[]): void => {
  const owners = new Map<string, Build>()
  const problems: Problem[] = []
  for (const build of builds) {
    for (const { image, tags, combination } of [build.candidate, ...build.aliases]) {
      for (const tag of tags) {
        const owner = owners.get(`${image}:${tag}`) ?? build
        owners.set(`${image}:${tag}`, owner)
        if (owner === build) continue
        const found = `manifests "${owner.candidate.combination.id}" and "${combination.id}" both get the tag ${image}:${tag}`
        problems.push({ place: combination.entry.place, found, hint: 'add {manifest_id} to the tag template' })
      }
    }
  }
  if (problems.length > 0) throw new InputError(problems)
}

/**
 * Finds the candidates that are the same image under several ids; the first in file order is built.
 * Throws an {@link InputError} when different images share an id or a tag.
 */
export const groupAliases = (factory: Factory, candidates: readonly Candidate[]): readonly Build[] => {
  refuseEqualIds(factory, candidates)
  const groups = Map.groupBy(candidates, identityOf)
  const builds = [...groups.values()].flatMap(([candidate, ...aliases]) =>
    candidate === undefined ? [] : [{ candidate, aliases }],
  )
  refuseSharedTags(builds)
  return builds
}

/** Ids of a build: the one it is built under, then its aliases. */
export const idsOf = ({ candidate, aliases }: Build): readonly string[] => [
  ...new Set([candidate, ...aliases].map(({ combination }) => combination.id)),
]
