import type { WorkLayer } from '../factory/work-item.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Instruction } from '../fragment/instruction.ts'
import { readInstructions } from '../fragment/instruction.ts'
import { foldText, fromTokens, isStep } from '../fragment/stages.ts'
import { inputError } from '../problem.ts'
import type { StitchedLine } from './stitched.ts'
import type { CopiedLines, StitchedStep } from './stitched.ts'

/** The stages of a layer, and the line of the stitched Dockerfile where they begin. */
export type Block = {
  readonly layer: WorkLayer
  readonly fragment: Fragment | undefined
  readonly start: number
  readonly lines: readonly StitchedLine[]
}

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

/** How the fragment words the instruction on a line, where that is not how the stitched Dockerfile does. */
const originalOf = ({ fragment }: Block, line: number, text: string): { readonly original?: string } => {
  const step = fragment?.stages.flatMap(({ steps }) => steps).find(({ lines }) => lines.start === line)
  return step === undefined || step.text === text ? {} : { original: step.text }
}

/** The stage that gathers the files of the COPY on a line of the fragment. */
const gatheringStage = ({ lines }: Block, line: number): { readonly gatheredIn?: string } => {
  const from = lines.find(({ gathersFor }) => gathersFor === line)?.text
  return from === undefined ? {} : { gatheredIn: from.slice(from.lastIndexOf(' ') + 1) }
}

/** The step of an instruction; undefined for one that no fragment holds. */
const stepOf = (
  instruction: Instruction,
  stage: string,
  index: number,
  blocks: readonly Block[],
): StitchedStep | undefined => {
  const { lines: rendered } = instruction
  const block = blocks.findLast(({ start }) => start <= rendered.start)
  if (block === undefined) throw new Error(`bug: line ${rendered.start} belongs to no layer`)
  const { layer, start, lines } = block
  const from = lines[rendered.start - start]?.from
  const end = lines[rendered.end - start]?.from
  if (from === undefined || end === undefined) return undefined
  const text = foldText(instruction)
  const { layer: name, variant, fragment: file = '' } = layer
  return {
    ...{ stage, index, text, ...originalOf(block, from, text), ...gatheringStage(block, from) },
    ...{ layer: name, variant, file, lines: { start: from, end }, rendered },
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
      steps.push(...[stepOf(instruction, stage, index, blocks) ?? []].flat())
    }
  }
  return steps
}
