import { readFileSync } from 'node:fs'
import { parseRecords } from '../../../src/records/parse-records.ts'
import type { CompatibilityRecord } from '../../../src/records/record.ts'

/** The records that a build left as a file; none where it built nothing. */
export const recordsOf = ({
  outputs,
}: {
  readonly outputs: Readonly<Record<string, string>>
}): readonly CompatibilityRecord[] => {
  const file = outputs['records-path'] ?? ''
  return file === '' ? [] : parseRecords(readFileSync(file, 'utf8'), file)
}
