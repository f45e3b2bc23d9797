import { isMembers, type Members } from '../oci/json.ts'
import type { PastRun } from './fold/trend.ts'

const numbersOf = (
  members: Members,
): Pick<PastRun['point'], 'hitRatio' | 'stepsRun' | 'stepsUnique' | 'durationMs'> | undefined => {
  const { hitRatio, stepsRun, stepsUnique, durationMs } = members
  const all = [hitRatio, stepsRun, stepsUnique, durationMs]
  if (!all.every((value) => typeof value === 'number' && Number.isFinite(value) && value >= 0)) return undefined
  const of = (value: unknown): number => Number(value)
  return {
    ...{ hitRatio: Math.min(1, of(hitRatio)), stepsRun: of(stepsRun) },
    ...{ stepsUnique: of(stepsUnique), durationMs: of(durationMs) },
  }
}

const parseRun = (value: unknown): readonly PastRun[] => {
  if (!isMembers(value) || !isMembers(value['point'])) return []
  const { run, point } = value
  const { startedAt, url } = point
  const numbers = numbersOf(point)
  if (typeof run !== 'string' || typeof startedAt !== 'string' || numbers === undefined) return []
  return [{ run, point: { startedAt, ...(typeof url === 'string' ? { url } : {}), ...numbers } }]
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Earlier runs as the text of a file. */
export const renderHistory = (runs: readonly PastRun[]): string => `${JSON.stringify({ version: 1, runs })}\n`

/** The runs of such a file; what is none of ours is as good as nothing. */
export const parseHistory = (text: string): readonly PastRun[] => {
  const value = parseJson(text)
  if (!isMembers(value) || value['version'] !== 1 || !Array.isArray(value['runs'])) return []
  return value['runs'].flatMap(parseRun)
}
