import { remember } from '../remember.ts'
import type { StitchedStep } from '../render/stitched.ts'
import { foldBlanks, parseVertexName, type StepName, type VertexName } from './step-name.ts'

/** A target of the bake call and the steps of its Dockerfile that lead to it. */
export type BakeTarget = {
  /** Name in the bake file: `t0`. */
  readonly target: string
  readonly steps: readonly StitchedStep[]
}

/** What a vertex name stands for. */
export type Located = {
  readonly name: VertexName
  /** Not there for what belongs to no target, such as reading the bake file. */
  readonly target?: string
  /** Not there for what is no step, and for steps that are not of ours (`ONBUILD` of a base image). */
  readonly step?: StitchedStep
  /** The step that a vertex gathers files for, which is no step itself. */
  readonly gathersFor?: StitchedStep
}

/** Finds the steps behind vertex names. Remembers the names it has seen: their number is bounded by the build's size. */
export type StepIndex = {
  readonly locate: (name: string) => Located
  /** The step of a target that stands where `step` stands in another target; undefined where they differ. */
  readonly counterpart: (target: string, step: StitchedStep) => StitchedStep | undefined
}

/**
 * The part of an instruction that a vertex name shows as it is written. From the first `$` on, values are filled in;
 * backslashes are dropped, a heredoc is cut down to its first line, and of all instructions but RUN quotes are dropped
 * (dockerfile2llb/convert.go, `dispatchRun` alone sets `RawQuotes`).
 */
const shownAsWritten = (text: string): string => {
  const shown = /^RUN\b/i.test(text) ? /^(?:[^$\\<]|<(?!<))*/ : /^(?:[^$\\<'"]|<(?!<))*/
  return (shown.exec(foldBlanks(text))?.[0] ?? '').trim()
}

const upperKeyword = (text: string): string => text.replace(/^\S+/, (keyword) => keyword.toUpperCase())

const key = (stage: string, index: number): string => `${stage} ${index}`

type TargetSteps = {
  readonly byPlace: ReadonlyMap<string, StitchedStep>
  readonly byGathering: ReadonlyMap<string, StitchedStep>
  readonly onlyStage?: string
}

const targetSteps = ({ steps }: BakeTarget): TargetSteps => {
  const byPlace = new Map(steps.map((step) => [key(step.stage, step.index), step]))
  const byGathering = new Map(steps.flatMap((step) => (step.gatheredIn === undefined ? [] : [[step.gatheredIn, step]])))
  const [stage, ...others] = new Set(steps.map((step) => step.stage))
  return { byPlace, byGathering, ...(stage === undefined || others.length > 0 ? {} : { onlyStage: stage }) }
}

/**
 * An index of the steps of all targets of a bake call. `prefixed` says whether vertex names carry the target's name,
 * which Buildx does when it builds more than one.
 */
export const createStepIndex = (targets: readonly BakeTarget[], prefixed = targets.length > 1): StepIndex => {
  const known = new Map(targets.map((target) => [target.target, targetSteps(target)]))
  const prefixes = new Set(prefixed ? known.keys() : [])
  const located = new Map<string, Located>()
  /** How names of a step begin, by its text: most steps are those of many targets. */
  const beginnings = new Map<string, string>()
  /** Indexes of the `ONBUILD` steps that BuildKit has put between FROM and the first step of a stage. */
  const onbuilds = new Map<string, Set<number>>()

  const noteOnbuild = (name: StepName, target: string): void => {
    const stage = `${target} ${name.stage}`
    onbuilds.set(stage, (onbuilds.get(stage) ?? new Set()).add(name.index))
    // They move the steps behind them, which may have been declared before.
    located.clear()
  }

  const stepOf = (name: StepName, target: string): StitchedStep | undefined => {
    const steps = known.get(target)
    const stage = name.stage ?? steps?.onlyStage
    if (stage === undefined || name.onbuild) return undefined
    const inserted = onbuilds.get(`${target} ${name.stage}`)?.size ?? 0
    const step = steps?.byPlace.get(key(stage, name.index - inserted))
    if (step === undefined) return undefined
    const beginning = remember(beginnings, step.text, () => upperKeyword(shownAsWritten(step.text)))
    return name.text.startsWith(beginning) ? step : undefined
  }

  const find = (text: string): Located => {
    const name = parseVertexName(text, prefixes)
    const target = prefixed ? name.target : targets[0]?.target
    if (target === undefined) return { name }
    if (name.kind !== 'step') return { name, target }
    if (name.onbuild) noteOnbuild(name, target)
    const step = stepOf(name, target)
    const gathersFor = known.get(target)?.byGathering.get(name.stage ?? '')
    return {
      ...{ name, target },
      ...(step === undefined ? {} : { step }),
      ...(gathersFor === undefined ? {} : { gathersFor }),
    }
  }

  return {
    locate: (text) => {
      const seen = located.get(text)
      if (seen !== undefined) return seen
      const found = find(text)
      located.set(text, found)
      return found
    },
    counterpart: (target, step) => {
      const other = known.get(target)?.byPlace.get(key(step.stage, step.index))
      return other?.text === step.text ? other : undefined
    },
  }
}
