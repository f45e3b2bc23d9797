import type { Io } from '../../io/io.ts'
import { parseRecords, RECORDS_ARTIFACT } from '../../records/parse-records.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { fetchArtifact } from './fetch-artifact.ts'

/** Artifacts that are fetched at the same time. */
const PARALLEL = 8

/** What the report of a run is made of takes much less room without what only comparisons need. */
const withoutInputs = (record: CompatibilityRecord): CompatibilityRecord => ({
  ...record,
  layers: record.layers.map(({ files: _, fragment, ...layer }) => ({
    ...layer,
    inputs: [],
    ...(fragment === undefined ? {} : { fragment: { file: fragment.file, digest: fragment.digest } }),
  })),
})

const readRecords = async (file: string, io: Io): Promise<readonly CompatibilityRecord[]> => {
  const text = (await io.files.read(file)) ?? ''
  return parseRecords(text, file).map(withoutInputs)
}

/** Records of the files that an input names. A folder stands for the files of JSON lines below it. */
const readGiven = async (globs: readonly string[], io: Io): Promise<readonly CompatibilityRecord[]> => {
  if (globs.length === 0) return []
  const files = await io.files.find(globs.flatMap((glob) => [glob, `${glob.replace(/\/+$/, '')}/**/*.jsonl`]))
  const found: CompatibilityRecord[] = []
  for (const file of files) found.push(...(await readRecords(file, io)))
  if (files.length > 0) return found
  io.actions.info(`No file matches input records-path (${globs.join(', ')})`)
  return []
}

/** Records of one artifact. One that cannot be read costs the report a leg, not the job. */
const readArtifact = async (name: string, io: Io): Promise<readonly CompatibilityRecord[]> => {
  const fetched = await fetchArtifact(name, io)
  if (!('file' in fetched)) {
    io.actions.warning({ message: `the records of artifact ${name} are not in the report: ${fetched.without}` })
    return []
  }
  try {
    return await readRecords(fetched.file, io)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    io.actions.warning({ message: `the records of artifact ${name} are not in the report: ${error.message}` })
    return []
  }
}

const readArtifacts = async (io: Io): Promise<readonly CompatibilityRecord[]> => {
  const list = await io.artifacts.list(`${RECORDS_ARTIFACT}-`)
  if (list.status === 'failed') {
    io.actions.warning({ message: `the records of this run could not be listed: ${list.reason}` })
  }
  if (list.status !== 'listed') return []
  const found: CompatibilityRecord[] = []
  for (let start = 0; start < list.names.length; start += PARALLEL) {
    const part = list.names.slice(start, start + PARALLEL)
    const read = await Promise.all(part.map((name) => readArtifact(name, io)))
    for (const records of read) found.push(...records)
  }
  return found
}

/**
 * The records that the build jobs of this run stored as artifacts, of all attempts, and those of the files that input
 * `records-path` names. Throws an InputError when such a file holds anything else.
 */
export const gatherRecords = async (globs: readonly string[], io: Io): Promise<readonly CompatibilityRecord[]> => {
  const [given, stored] = [await readGiven(globs, io), await readArtifacts(io)]
  io.actions.info(`${given.length} records from files, ${stored.length} from artifacts of this run`)
  return [...given, ...stored]
}

/** What became of a report without records, as input `if-no-records` wants it. */
export const tellNoRecords = (ifNoRecords: 'warn' | 'fail' | 'ignore', io: Io): { readonly failure?: string } => {
  const message =
    'there are no records of this run: its build jobs write them unless input records is none, and hand them on as ' +
    'artifacts; where there are none of those, name their files in input records-path'
  if (ifNoRecords === 'fail') return { failure: message }
  if (ifNoRecords === 'warn') io.actions.warning({ message })
  else io.actions.info(message)
  return {}
}
