import { missText } from '../reason-text.ts'
import type { RunReport } from '../run-report.ts'
import { hasRun } from './met-prefix.ts'

/** The lowest layer of a run that ran and why, as `core/0.1.0: argument PYTHON changed`; empty when no step ran. */
export const firstMissOf = ({ layers, prefixes }: RunReport): string => {
  const ran = prefixes.filter(({ steps }) => steps.some(hasRun))
  const lowest = layers.find((layer) => ran.some((prefix) => prefix.layer === layer))
  const first = ran.find(({ layer }) => layer === lowest)
  return first === undefined ? '' : missText(first)
}
