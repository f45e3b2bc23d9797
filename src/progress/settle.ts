import { countSteps, countUnique, type BuildResult, type StepResult, type TargetResult } from './build-result.ts'

/**
 * A step that BuildKit declared and never ran, in a target that was built, was not needed: its result, or that of a step
 * above it, was there. BuildKit says nothing more of such steps when it takes them from an equal step of another target
 * (solver/edge.go, edges with equal keys are merged), or stops them because that one was faster. A step it never
 * declared is not part of the build at all.
 */
const settleStep = (step: StepResult): StepResult =>
  step.digests.length > 0 && (step.outcome === 'skipped' || step.outcome === 'canceled')
    ? { ...step, outcome: 'hit', execMs: 0 }
    : step

const settleTarget = ({ error: _, canceled: __, ...target }: TargetResult): TargetResult => {
  const steps = target.steps.map(settleStep)
  return { ...target, steps, counts: countSteps(steps) }
}

/** The result of a call in which every target was built: what was still open came from elsewhere. */
export const settleBuilt = (result: BuildResult): BuildResult => {
  const targets = result.targets.map(settleTarget)
  return { ...result, targets, unique: countUnique(targets.flatMap(({ steps }) => steps)) }
}
