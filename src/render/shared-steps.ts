import type { StitchedDockerfile, StitchedStep } from './stitched.ts'

/** The instructions up to a rendered line, without the comments on top, which name the work item. */
const upTo = ({ text }: StitchedDockerfile, line: number): string =>
  text
    .split('\n')
    .slice(0, line)
    .filter((each) => !each.startsWith('#'))
    .join('\n')

/**
 * Whether another Dockerfile holds this step with everything before it the same, so that BuildKit runs it once for
 * both. May say no where BuildKit would say yes; never the other way round.
 */
export const sharesStep = (owner: StitchedDockerfile, step: StitchedStep, other: StitchedDockerfile): boolean => {
  const twin = other.steps.find(({ stage, index }) => stage === step.stage && index === step.index)
  return twin !== undefined && upTo(owner, step.rendered.end) === upTo(other, twin.rendered.end)
}
