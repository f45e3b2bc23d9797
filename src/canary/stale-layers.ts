import type { StitchedStep } from '../render/stitched.ts'
import type { ImageDifference, StepDifference } from './compare.ts'

/** A layer whose cached steps make something else than the same steps without cache. */
export type StaleLayer = {
  readonly layer: string
  readonly variant: string
  /** The first step that does; absent where the image does not tell which step made what. */
  readonly step?: StitchedStep
  readonly packages: StepDifference['packages']
  readonly files: readonly string[]
}

/** The steps of the chain that make an image, bottom to top: those of auxiliary stages are not part of it. */
export const chainSteps = (
  steps: readonly StitchedStep[],
  targets: readonly { readonly layer: string; readonly stage: string }[],
): readonly StitchedStep[] => {
  const stages = new Set(targets.map(({ stage }) => stage))
  return steps.filter(({ stage }) => stages.has(stage))
}

/** Whether what made a filesystem layer, by the image's history, can be this step. */
const madeBy = (createdBy: string | undefined, { text }: StitchedStep): boolean => {
  const keyword = /^[A-Za-z]+/.exec(text)?.[0]?.toUpperCase() ?? ''
  return createdBy !== undefined && new RegExp(`(?:^|\\s)${keyword}\\s`, 'i').test(`${createdBy} `)
}

/** The step that made each filesystem layer. Those of the base are below; undefined where the history says otherwise. */
export const stepsByPosition = (
  createdBy: readonly string[],
  steps: readonly StitchedStep[],
): ((position: number) => StitchedStep | undefined) => {
  const first = createdBy.length - steps.length
  const fits = first >= 0 && steps.every((step, index) => madeBy(createdBy[first + index], step))
  return (position) => (fits ? steps[position - first] : undefined)
}

/** Layers that differ, bottom to top, each with all that differs in it. */
export const staleLayers = (
  { steps }: ImageDifference,
  stepAt: (position: number) => StitchedStep | undefined,
): readonly StaleLayer[] => {
  const byLayer = Map.groupBy(steps, ({ position }) => stepAt(position)?.layer ?? '')
  return [...byLayer].map(([layer, differences]): StaleLayer => {
    const step = stepAt(differences[0]?.position ?? -1)
    return {
      ...{ layer: layer === '' ? 'unknown' : layer, variant: step?.variant ?? '' },
      ...(step === undefined ? {} : { step }),
      packages: differences.flatMap(({ packages }) => packages),
      files: differences.flatMap(({ files }) => files),
    }
  })
}
