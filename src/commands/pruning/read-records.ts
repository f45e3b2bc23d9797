import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { formatReference, type Repository } from '../../oci/reference.ts'
import { InputError } from '../../problem.ts'
import { parseRecords } from '../../records/parse-records.ts'
import { RECORDS_TYPE } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'

/** The records of one artifact, that of a leg; `unreadable`: it is there, and nobody knows what it says. */
export type RecordsArtifact = { readonly tag: string } & (
  | { readonly status: 'read'; readonly records: readonly CompatibilityRecord[] }
  | { readonly status: 'unreadable'; readonly reason: string }
)

const readArtifact = async (repository: Repository, tag: string, io: Io): Promise<readonly RecordsArtifact[]> => {
  const place = { ...repository, tag }
  try {
    const text = await io.registry.getText(place, RECORDS_TYPE)
    if (text === undefined) return []
    return [{ tag, status: 'read', records: parseRecords(text, formatReference(place)) }]
  } catch (error) {
    if (!(error instanceof RegistryError) && !(error instanceof InputError)) throw error
    return [{ tag, status: 'unreadable', reason: error.message }]
  }
}

/** The records behind these tags, in their order; those that went meanwhile are left out. */
export const readRecords = async (
  repository: Repository,
  tags: readonly string[],
  io: Io,
): Promise<readonly RecordsArtifact[]> =>
  (await Promise.all(tags.map((tag) => readArtifact(repository, tag, io)))).flat()
