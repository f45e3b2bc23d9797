import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { backendOf, parsePlace } from '../../layers/cache-place.ts'
import { parseReference, repositoryOf, type Reference } from '../../oci/reference.ts'
import type { CacheAccess } from '../../plan/access.ts'
import type { CacheKnowledge } from '../../plan/prefixes.ts'
import { askPlace, tellScopes } from './ask-place.ts'

/** Refs that are asked for one by one rather than by a list, which takes a request at least. */
const FEW = 1

/** Refs outside of registries that are asked for at a time. */
const AT_A_TIME = 8

const askEach = async (repository: Reference, tags: readonly string[], io: Io): Promise<ReadonlySet<string>> => {
  const heads = await Promise.all(tags.map((tag) => io.registry.headManifest({ ...repository, tag })))
  return new Set(tags.filter((_, index) => heads[index] !== undefined))
}

/** By one list, as long as that takes fewer requests than asking for each. */
const findTags = async (repository: Reference, tags: readonly string[], io: Io): Promise<ReadonlySet<string>> => {
  if (tags.length <= FEW) return askEach(repository, tags, io)
  const listed = await io.registry.listTagsWithin(repository, { maxPages: tags.length })
  if (listed === undefined) io.actions.info(`There is no cache repository ${repositoryOf(repository)} yet; all is cold`)
  return listed === 'too many' ? askEach(repository, tags, io) : new Set(listed)
}

/** Which tags a repository has of those that are asked for; undefined when nobody could tell, and one line says why. */
const lookUpTags = async (
  repository: Reference,
  tags: readonly string[],
  io: Io,
): Promise<ReadonlySet<string> | undefined> => {
  try {
    return await findTags(repository, tags, io)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const name = repositoryOf(repository)
    if (error.status === 401 || error.status === 403) {
      io.actions.info(
        `The cache repository ${name} may not be read, so everything is planned as cold: ${error.message}`,
      )
      return new Set()
    }
    const message = `the refs of ${name} could not be listed, so everything is planned as cold: ${error.message}`
    io.actions.warning({ title: 'Cache', message })
    return undefined
  }
}

/** Tags by repository. */
const tagsByRepository = (refs: readonly string[]): ReadonlyMap<string, readonly Reference[]> =>
  Map.groupBy(
    refs.flatMap((ref) => parseReference(ref) ?? []),
    repositoryOf,
  )

/** What places outside of registries say of refs, by ref; those that nobody could be asked about are not in it. */
const askPlaces = async (refs: readonly string[], io: Io): Promise<ReadonlyMap<string, boolean>> => {
  const places = [...new Set(refs)].flatMap((ref) => {
    const place = parsePlace(ref)
    return place === undefined || place.backend === 'registry' ? [] : [{ ref, place }]
  })
  const answers = new Map<string, boolean>()
  for (let start = 0; start < places.length; start += AT_A_TIME) {
    const some = places.slice(start, start + AT_A_TIME)
    const found = await Promise.all(some.map(({ place }) => askPlace(place, io)))
    for (const [index, exists] of found.entries()) if (exists !== undefined) answers.set(some[index]?.ref ?? '', exists)
  }
  if (places.length > 0) tellScopes(io)
  return answers
}

/**
 * Which of these cache refs exist, by what their repositories say at once. Undefined for those of a repository that
 * could not be asked, and then a build finds out. Of `further` ones, which somebody else named, only those in the same
 * repositories are asked for.
 */
export const lookUpRefs = async (
  refs: readonly string[],
  further: readonly string[],
  { read }: Pick<CacheAccess, 'read'>,
  io: Io,
): Promise<CacheKnowledge['exists']> => {
  const repositories = tagsByRepository(refs)
  const all = tagsByRepository([...new Set([...refs, ...further])])
  const asked = read ? [...all].filter(([name]) => repositories.has(name)) : []
  const found = await Promise.all(
    asked.map(async ([name, references]) => {
      const [repository] = references
      const tags = references.flatMap(({ tag }) => tag ?? [])
      return [name, repository && (await lookUpTags(repository, tags, io))] as const
    }),
  )
  const byRepository = new Map(found)
  const elsewhere = read ? await askPlaces([...refs, ...further], io) : new Map<string, boolean>()
  return (ref) => {
    if (backendOf(ref) !== 'registry') return read ? elsewhere.get(ref) : false
    const reference = parseReference(ref)
    const name = reference === undefined ? '' : repositoryOf(reference)
    if (!byRepository.has(name)) return false
    return byRepository.get(name)?.has(reference?.tag ?? '')
  }
}
