import { parseFrequent } from './frequent-record.ts'
import type { SolveStatus } from './status.ts'

const isList = (value: unknown): boolean => value === undefined || Array.isArray(value)

/**
 * Reads one JSON text as a record of the stream; undefined for anything else, which on the same stream is what Buildx
 * has to say to people (warnings, and the error at the end).
 */
export const parseStatus = (text: string): SolveStatus | undefined => {
  // Nearly every line is a record: looking at the first character first keeps exceptions for the rare ones.
  if (!text.startsWith('{')) return undefined
  const frequent = parseFrequent(text)
  if (frequent !== undefined) return frequent
  try {
    const status = JSON.parse(text) as SolveStatus
    const { vertexes, statuses, logs, warnings } = status
    return isList(vertexes) && isList(statuses) && isList(logs) && isList(warnings) ? status : undefined
  } catch {
    return undefined
  }
}
