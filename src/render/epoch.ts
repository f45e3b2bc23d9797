import type { WorkLayer } from '../factory/work-item.ts'
import type { Fragment, Stage } from '../fragment/fragment.ts'
import { quoteArgument } from './argument-values.ts'
import type { StitchedLine } from './stitched.ts'

/** Name of the argument that holds a layer's epoch. It is no input: nothing reads it, and a new value runs RUN again. */
const EPOCH_ARGUMENT = 'STRATA_EPOCH'

/** The line that declares the epoch. RUN alone is keyed by arguments; without one it would only reach layers above. */
export const epochLine = ({ epoch }: WorkLayer, { steps }: Stage): readonly StitchedLine[] =>
  epoch === undefined || !steps.some(({ keyword }) => keyword === 'RUN')
    ? []
    : [{ text: `ARG ${EPOCH_ARGUMENT}=${quoteArgument(epoch)}` }]

/** Last line of the FROM of a stage, which may go on over several. */
const lastLineOfFrom = ({ tokens }: Stage, { lines }: Fragment): number | undefined => {
  if (tokens === undefined) return undefined
  let line = Math.max(...Object.values(tokens).flatMap(({ spans }) => spans.map((span) => span.line)))
  while (/\\\s*$/.test(lines[line - 1] ?? '')) line++
  return line
}

/** Declares the epoch in the stages of the layer, behind FROM. */
export const withEpoch = (
  lines: readonly StitchedLine[],
  fragment: Fragment,
  layer: WorkLayer,
): readonly StitchedLine[] => {
  const epochs = new Map(fragment.stages.map((stage) => [lastLineOfFrom(stage, fragment), epochLine(layer, stage)]))
  return lines.flatMap((line) => [line, ...(line.from === undefined ? [] : (epochs.get(line.from) ?? []))])
}
