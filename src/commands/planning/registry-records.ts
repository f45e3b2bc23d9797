import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { formatReference, type Reference, type Repository } from '../../oci/reference.ts'
import { InputError } from '../../problem.ts'
import { parseRecords } from '../../records/parse-records.ts'
import { RECORDS_TYPE } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'

/** The records that are kept under a tag; none where they cannot be read. */
export const fetchRecords = async (place: Reference, io: Io): Promise<readonly CompatibilityRecord[]> => {
  try {
    const text = await io.registry.getText(place, RECORDS_TYPE)
    return text === undefined ? [] : parseRecords(text, formatReference(place))
  } catch (error) {
    // Records only help. Those of another release, or that cannot be read, are as good as none.
    if (!(error instanceof RegistryError) && !(error instanceof InputError)) throw error
    io.actions.info(`The records ${formatReference(place)} cannot be used: ${error.message}`)
    return []
  }
}

/** Artifacts that are fetched at a time. */
export const RECORDS_AT_A_TIME = 8

/** The records that are kept under these tags, in their order, a few artifacts at a time: as long as somebody goes on. */
export const fetchParts = async function* (
  repository: Repository,
  tags: readonly string[],
  io: Io,
): AsyncGenerator<readonly CompatibilityRecord[]> {
  for (let start = 0; start < tags.length; start += RECORDS_AT_A_TIME) {
    const some = tags.slice(start, start + RECORDS_AT_A_TIME)
    yield (await Promise.all(some.map((tag) => fetchRecords({ ...repository, tag }, io)))).flat()
  }
}

/** All records that are kept under these tags. */
export const fetchAll = async (
  repository: Repository,
  tags: readonly string[],
  io: Io,
): Promise<readonly CompatibilityRecord[]> => (await Array.fromAsync(fetchParts(repository, tags, io))).flat()

/** All tags of a repository of records; none where they cannot be listed. `effect` says what is lost by that. */
export const listRecords = async (repository: Repository, effect: string, io: Io): Promise<readonly string[]> => {
  try {
    return (await io.registry.listTags(repository)) ?? []
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    io.actions.info(`Records of earlier builds cannot be listed, so ${effect}: ${error.message}`)
    return []
  }
}
