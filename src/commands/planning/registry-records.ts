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
