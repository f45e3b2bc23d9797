import type { WorkLayer } from '../factory/work-item.ts'
import type { Instruction } from '../fragment/instruction.ts'
import { readInstructions } from '../fragment/instruction.ts'
import { foldText, fromTokens, isStep } from '../fragment/stages.ts'
import { inputError } from '../problem.ts'
import type { StitchedLine } from './layer-stages.ts'
import type { CopiedLines, StitchedStep } from './stitched.ts'

/** The stages of a layer, and the line of the stitched Dockerfile where they begin. */
export type Block = { readonly layer: WorkLayer; readonly start: number; readonly lines: readonly StitchedLine[] }

/** The runs of lines that a block has from its fragment. */
export const copiedLines = ({ layer, start, lines }: Block): readonly CopiedLines[] => {
  const runs: CopiedLines[] = []
  for (const [index, { from }] of lines.entries()) {
    if (from === undefined) continue
    const line = start + index
    const run = runs.at(-1)
    const follows = run?.rendered.end === line - 1 && run.from + line - run.rendered.start === from
    const rendered = { start: follows ? run.rendered.start : line, end: line }
    if (follows) runs.pop()
    runs.push({ rendered, file: layer.fragment ?? '', from: follows ? run.from : from, layer: layer.layer })
  }
  return runs
}

const stepOf = (instruction: Instruction, stage: string, index: number, blocks: readonly Block[]): StitchedStep => {
  const { lines: rendered } = instruction
  const block = blocks.findLast(({ start }) => start <= rendered.start)
  if (block === undefined) throw new Error(`bug: line ${rendered.start} belongs to no layer`)
  const { layer, start, lines } = block
  const from = lines[rendered.start - start]?.from ?? 0
  const end = lines[rendered.end - start]?.from ?? 0
  return {
    ...{ stage, index, text: foldText(instruction), layer: layer.layer, variant: layer.variant },
    ...{ file: layer.fragment ?? '', lines: { start: from, end }, rendered },
  }
}

/**
 * The steps of a stitched Dockerfile, counted as BuildKit counts them: in each stage from 1, where FROM of an image is
 * the first (dockerfile2llb/convert.go, `prefixCommand`). It is read as BuildKit will read it, so nothing about it is
 * assumed. Throws when two stages have the same name.
 */
export const stitchedSteps = (
  text: string,
  blocks: readonly Block[],
  contexts: readonly string[],
): readonly StitchedStep[] => {
  const steps: StitchedStep[] = []
  const stages = new Set(['scratch', ...contexts])
  let stage = ''
  let index = 0
  for (const instruction of readInstructions(text).instructions) {
    if (instruction.keyword === 'FROM') {
      const tokens = fromTokens(instruction)
      stage = tokens?.name?.text ?? ''
      if (stages.has(stage))
        throw inputError(`two stages or named contexts are called ${stage}`, { hint: 'rename one' })
      index = stages.has(tokens?.from.text ?? '') ? 0 : 1
      stages.add(stage)
    } else if (isStep(instruction)) {
      index += 1
      steps.push(stepOf(instruction, stage, index, blocks))
    }
  }
  return steps
}
