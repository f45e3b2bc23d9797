import { isMembers } from '../oci/json.ts'
import { inputError } from '../problem.ts'
import type { CompatibilityRecord } from './record.ts'

/** Begins the names of the workflow artifacts that hold records. */
export const RECORDS_ARTIFACT = 'strata-records'

const EXPECTED = 'records of a build action, one JSON object a line'

/**
 * A record as it was written by this version. What it holds is not looked at further: records come from those who may
 * write the cache, or from the run itself.
 */
const isRecord = (value: unknown): value is CompatibilityRecord =>
  isMembers(value) &&
  value['version'] === 1 &&
  typeof value['manifest_id'] === 'string' &&
  Array.isArray(value['layers'])

const parseLine = (line: string, number: number, file: string): CompatibilityRecord => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw inputError(`${file}:${number} is not JSON`, { expected: EXPECTED }, { cause })
  }
  if (isRecord(value)) return value
  const version =
    isMembers(value) && typeof value['version'] === 'number' ? `a record of version ${value['version']}` : 'no record'
  throw inputError(`${file}:${number} holds ${version}`, { expected: EXPECTED })
}

/** The records of a file, in its order. Throws an InputError that names file and line where one is no record. */
export const parseRecords = (text: string, file: string): readonly CompatibilityRecord[] =>
  text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, index + 1, file)]))

/** Records as the text of a file, one a line. */
export const renderRecords = (records: readonly CompatibilityRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')
