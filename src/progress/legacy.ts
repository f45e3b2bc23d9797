import { readInstructions } from '../fragment/instruction.ts'
import { fromTokens } from '../fragment/stages.ts'
import type { StitchedDockerfile, StitchedStep } from '../render/stitched.ts'
import { countSteps, countUnique, type BuildResult, type StepResult } from './build-result.ts'
import type { Outcome } from './outcome.ts'

const INSTRUCTION = /^Step (\d+)\/\d+ : /
const CACHED = /^ ---> Using cache/

/** Outcomes by the number of the instruction. It must be the next one, which lines of a program hardly ever are. */
const outcomesOf = (lines: readonly string[], failed: boolean): ReadonlyMap<number, Outcome> => {
  const outcomes = new Map<number, Outcome>()
  for (const line of lines) {
    const number = Number(INSTRUCTION.exec(line)?.[1])
    if (number === outcomes.size + 1) outcomes.set(number, 'run')
    else if (outcomes.size > 0 && CACHED.test(line)) outcomes.set(outcomes.size, 'hit')
  }
  if (failed && outcomes.size > 0) outcomes.set(outcomes.size, 'failed')
  return outcomes
}

/** The number of a step's instruction, and of the one that gathers its files, which has a FROM before it. */
const numbersOf = (text: string): ((step: StitchedStep) => { readonly own: number; readonly gathering: number }) => {
  const { instructions } = readInstructions(text)
  const lines = instructions.map((instruction) => instruction.lines.start)
  const stages = instructions.map((instruction) =>
    instruction.keyword === 'FROM' ? fromTokens(instruction)?.name?.text : undefined,
  )
  return ({ rendered, gatheredIn }) => ({
    own: lines.indexOf(rendered.start) + 1,
    gathering: gatheredIn === undefined ? 0 : stages.indexOf(gatheredIn) + 2,
  })
}

/**
 * What the engine's legacy builder did, from what it printed: it runs every instruction of the Dockerfile in order, says
 * `Step n/m` of the n-th (moby/moby builder/dockerfile/builder.go, `printCommand`) and `---> Using cache` under those it
 * did not run. A step whose files could not be gathered has failed. It tells no times.
 */
export const foldLegacy = (
  lines: readonly string[],
  {
    target,
    dockerfile: { text, steps },
    failed,
  }: {
    readonly target: string
    readonly dockerfile: Pick<StitchedDockerfile, 'text' | 'steps'>
    readonly failed: boolean
  },
): BuildResult => {
  const outcomes = outcomesOf(lines, failed)
  const numberOf = numbersOf(text)
  const results = steps.map((step): StepResult => {
    const { own, gathering } = numberOf(step)
    return {
      step,
      outcome: outcomes.get(gathering) === 'failed' ? 'failed' : (outcomes.get(own) ?? 'skipped'),
      execMs: 0,
      loadMs: 0,
      downloadedBytes: 0,
      digests: [`${target} ${step.stage} ${step.index}`],
      interrupted: false,
    }
  })
  const counts = countSteps(results)
  return {
    targets: [{ target, steps: results, counts, imports: [], exports: [], downloadedBytes: 0 }],
    unique: countUnique(results),
    images: [],
    downloadedBytes: 0,
  }
}
