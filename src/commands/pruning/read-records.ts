import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { formatReference, type Repository, repositoryOf } from '../../oci/reference.ts'
import { InputError } from '../../problem.ts'
import { parseRecords } from '../../records/parse-records.ts'
import { RECORDS_TYPE } from '../../records/place.ts'
import type { FoundRecords } from '../../retention/prune-plan.ts'

const readArtifact = async (place: Repository, tag: string, io: Io): Promise<readonly FoundRecords[]> => {
  const reference = { ...place, tag }
  const found = { repository: repositoryOf(place), tag }
  try {
    const text = await io.registry.getText(reference, RECORDS_TYPE)
    if (text === undefined) return []
    return [{ ...found, status: 'read', records: parseRecords(text, formatReference(reference)) }]
  } catch (error) {
    if (!(error instanceof RegistryError) && !(error instanceof InputError)) throw error
    return [{ ...found, status: 'unreadable', reason: error.message }]
  }
}

/** The records behind these tags, in their order; those that went meanwhile are left out. */
export const readRecords = async (
  repository: Repository,
  tags: readonly string[],
  io: Io,
): Promise<readonly FoundRecords[]> => (await Promise.all(tags.map((tag) => readArtifact(repository, tag, io)))).flat()
