import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { parseReference, repositoryOf, type Reference } from '../../oci/reference.ts'
import type { PlannedCache } from '../../plan/cache.ts'

/** Refs that are asked for one by one rather than by a list, which takes a request at least. */
const FEW = 1

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

/**
 * Which of the refs of a cache repository exist. Undefined when nobody could tell, and then a build finds out; one line
 * says why.
 */
export const lookUpRefs = async (
  { ref, access }: PlannedCache,
  tags: readonly string[],
  io: Io,
): Promise<ReadonlySet<string> | undefined> => {
  const repository = ref === undefined ? undefined : parseReference(ref)
  if (repository === undefined || !access.read || tags.length === 0) return new Set()
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
