import { renderCodeList } from './markdown.ts'
import { renderCount, renderNumber } from './quantity.ts'
import type { Disagreement } from './results.ts'

/** Variants of layers that the warning names before it counts the rest. */
const MAX_NAMES = 5

const fateOf = ({ refs }: Disagreement): string => {
  const written = refs.filter((ref) => ref.written).length
  const [subject, were] = refs.length === 1 ? ['that ref', 'was'] : ['those refs', 'were']
  if (written === refs.length) return `${subject} ${were} written again`
  if (written === 0) return `${subject} could not be written by this run`
  return `${renderNumber(written)} of ${subject} ${written === 1 ? 'was' : 'were'} written again, the others could not be written by this run`
}

/**
 * A warning when steps ran that cache refs had promised, as one line of Markdown; empty when none did. The images are
 * right all the same, since BuildKit decides.
 */
export const renderDisagreement = (disagreed: Disagreement): string => {
  if (disagreed.steps === 0) return ''
  const names = [...new Set(disagreed.refs.map(({ layer, variant }) => `${layer} ${variant}`))]
  const steps = renderCount(disagreed.steps, 'step')
  return `⚠️ BuildKit ran ${steps} that cache refs promised (${renderCodeList(names, MAX_NAMES)}); ${fateOf(disagreed)}.`
}
