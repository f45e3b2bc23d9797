import {
  countSteps,
  countUnique,
  type BuildResult,
  type ImagePull,
  type StepResult,
  type TargetResult,
} from './build-result.ts'
import type { Outcome } from './outcome.ts'

/** A step that ran in either call ran: the other call found it in the local cache. Else the later call decides. */
const mergeOutcome = (first: Outcome, second: Outcome): Outcome => {
  if (first === 'run' || second === 'run') return 'run'
  const unfinished = second === 'skipped' || second === 'canceled'
  return unfinished && first !== 'skipped' ? first : second
}

/** When it happened, in the call that counts: the one whose outcome is that of both, of two that ran the later. */
const mergeTimes = (first: StepResult, second: StepResult): Pick<StepResult, 'startedAt' | 'completedAt'> => {
  const outcome = mergeOutcome(first.outcome, second.outcome)
  const { startedAt, completedAt } = first.outcome === outcome && second.outcome !== 'run' ? first : second
  return { ...(startedAt === undefined ? {} : { startedAt }), ...(completedAt === undefined ? {} : { completedAt }) }
}

const mergeStep = (first: StepResult, second: StepResult): StepResult => {
  const outcome = mergeOutcome(first.outcome, second.outcome)
  return {
    step: second.step,
    outcome,
    execMs: first.execMs + second.execMs,
    loadMs: outcome === 'hit' ? first.loadMs + second.loadMs : 0,
    downloadedBytes: first.downloadedBytes + second.downloadedBytes,
    digests: [...new Set([...first.digests, ...second.digests])],
    interrupted: first.interrupted || (first.outcome === 'canceled' && outcome === 'run'),
    ...mergeTimes(first, second),
  }
}

const placeOf = ({ step }: StepResult): string => `${step.stage} ${step.index}`

const mergeSteps = (first: readonly StepResult[], second: readonly StepResult[]): readonly StepResult[] => {
  const later = new Map(second.map((step) => [placeOf(step), step]))
  const earlier = new Set(first.map(placeOf))
  return [
    ...first.map((step) => {
      const again = later.get(placeOf(step))
      return again === undefined ? step : mergeStep(step, again)
    }),
    ...second.filter((step) => !earlier.has(placeOf(step))),
  ]
}

const mergeTarget = (first: TargetResult, second: TargetResult): TargetResult => {
  const steps = mergeSteps(first.steps, second.steps)
  const startedAt = first.startedAt ?? second.startedAt
  const completedAt = second.completedAt ?? first.completedAt
  return {
    target: first.target,
    steps,
    counts: countSteps(steps),
    imports: [...first.imports, ...second.imports],
    exports: [...first.exports, ...second.exports],
    downloadedBytes: first.downloadedBytes + second.downloadedBytes,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(completedAt === undefined ? {} : { completedAt }),
    // The later call decides: what stopped the first one was mended, or its target left out.
    ...(second.canceled === undefined ? {} : { canceled: second.canceled }),
    ...(second.error === undefined ? {} : { error: second.error }),
  }
}

const mergeImages = (pulls: readonly ImagePull[]): readonly ImagePull[] =>
  [...Map.groupBy(pulls, ({ image }) => image)].map(([image, found]) => ({
    image,
    ms: found.reduce((sum, { ms }) => sum + ms, 0),
    downloadedBytes: found.reduce((sum, { downloadedBytes }) => sum + downloadedBytes, 0),
  }))

/**
 * Two bake calls as the one build they were: the second after a failure without the targets that cannot be built, or
 * only to write cache refs again. A target's name must mean the same in both. Targets of only one call stay as they are.
 */
export const mergeResults = (first: BuildResult, second: BuildResult): BuildResult => {
  const later = new Map(second.targets.map((target) => [target.target, target]))
  const earlier = new Set(first.targets.map(({ target }) => target))
  const targets = [
    ...first.targets.map((target) => {
      const again = later.get(target.target)
      return again === undefined ? target : mergeTarget(target, again)
    }),
    ...second.targets.filter(({ target }) => !earlier.has(target)),
  ]
  return {
    targets,
    unique: countUnique(targets.flatMap(({ steps }) => steps)),
    images: mergeImages([...first.images, ...second.images]),
    downloadedBytes: first.downloadedBytes + second.downloadedBytes,
  }
}
