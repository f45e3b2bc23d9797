import { keywordToken } from '../../fragment/instruction.ts'
import { isStep } from '../../fragment/stages.ts'
import type { Rule } from '../finding.ts'
import { spanOfToken } from '../source.ts'

/**
 * Steps of one image that BuildKit loads from a cache in good time. Measured, a full hit: 10 steps 0.3 s, 20 steps 1.2 s,
 * 40 steps 8 s, 60 steps 22 s.
 */
export const MAX_STEPS = 40

/** The step with which an image has too many. */
export const tooManyLayers: Rule = {
  id: 'too-many-layers',
  why: 'the time BuildKit takes to load a cache grows faster than linearly with the steps: 20 take a second, 40 eight, 60 twenty',
  fix: 'join steps that always change together into one RUN with a heredoc',
  find: ({ stages, stepsBelow }) => {
    const steps = stages
      .filter(({ isChain }) => isChain)
      .flatMap(({ instructions }) => instructions.filter(({ instruction }) => isStep(instruction)))
    if (stepsBelow > MAX_STEPS) return []
    const step = steps[MAX_STEPS - stepsBelow]
    if (step === undefined) return []
    const found = `with this step the stack has more than ${MAX_STEPS}, of ${stepsBelow + steps.length}`
    return [{ found, span: spanOfToken(keywordToken(step.instruction)) }]
  },
}
