import type { Platform } from '../../../src/oci/platform.ts'
import type { MissReason } from '../../../src/records/reason.ts'
import type { RecordOutcome } from '../../../src/records/record.ts'
import type { ReportPrefix } from '../../../src/report/run-report.ts'
import type { Choice } from './factory.ts'

/** What happened since the run before: a reason of its own for some prefixes. `choices` are those of the prefix. */
const causeOf = (choices: readonly Choice[], platform: Platform): MissReason | undefined => {
  const { layer, variant } = choices.at(-1) ?? { layer: '', variant: '' }
  const base = choices[0]?.variant
  switch (`${layer}/${variant}`) {
    case 'core/0.2.0-cuda':
      return {
        kind: 'fragment',
        subject: 'fragments/core/cuda.Dockerfile',
        evidence: ['-RUN apt-get install -y cuda-libraries-12-4', '+RUN apt-get install -y cuda-libraries-12-6'],
      }
    case 'light/0.2.0':
      if (base !== 'debian-13' || platform !== 'linux/arm64') return undefined
      return { kind: 'ref-missing', subject: 'light', evidence: ['light-linux-arm64-3f9c0a1b2c3d4e5f is not there'] }
    case 'app/embed':
      return {
        kind: 'context-file',
        subject: 'apps/embed/server.py',
        evidence: ['apps/embed/server.py changed', 'apps/embed/model.json appeared'],
      }
    case 'app/vision':
      if (base !== 'ubuntu-24.04') return undefined
      return { kind: 'disagreed', subject: 'app/vision', evidence: ['equal key, and its ref was read'] }
    default:
      return undefined
  }
}

/** Why a prefix ran: for something of its own, else for what it stands on. */
export const reasonOf = (
  choices: readonly Choice[],
  platform: Platform,
  parent: ReportPrefix | undefined,
): MissReason | undefined => {
  const cause = causeOf(choices, platform)
  const below = parent?.reason
  if (cause !== undefined || parent === undefined || below === undefined || below.kind === 'ref-missing') return cause
  const root = below.root ?? { layer: parent.layer, variant: parent.variant }
  const evidence = [`${root.layer}/${root.variant} has another key`]
  return { kind: 'parent', subject: `${parent.layer}/${parent.variant}`, evidence, root }
}

/** What became of each step of a prefix that ran for a reason. */
export const outcomesOf = (
  choices: readonly Choice[],
  platform: Platform,
  steps: number,
  reason: MissReason | undefined,
): readonly RecordOutcome[] => {
  const breaks = choices.at(-1)?.variant === 'train' && choices[0]?.variant === 'cuda-12' && platform === 'linux/arm64'
  return Array.from({ length: steps }, (_, index) => {
    if (reason === undefined) return 'hit'
    if (breaks) return (['run', 'run', 'failed', 'skipped'] as const)[index] ?? 'skipped'
    const lastOnly = reason.kind === 'disagreed' || reason.kind === 'context-file'
    return lastOnly && index < steps - 1 ? 'hit' : 'run'
  })
}
