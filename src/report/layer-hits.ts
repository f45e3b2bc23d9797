import type { StepReport, WorkItemResult } from './results.ts'

/** What the cache did for one variant of one layer, over all work items of a run. */
export type LayerHits = {
  readonly layer: string
  readonly variant: string
  /** Steps; each counts once for every work item it is part of. */
  readonly steps: number
  readonly cached: number
  /** Distinct steps that ran, failed ones too: one that work items share counts once. */
  readonly run: number
  /** Time of the distinct steps that ran, ms. */
  readonly execMs: number
}

const hasRun = ({ outcome }: StepReport): boolean => outcome === 'run' || outcome === 'failed'

/** Steps without a known vertex count as different ones. */
const distinctSteps = (steps: readonly StepReport[]): readonly StepReport[] => [
  ...new Map(steps.map((step, index) => [step.vertex ?? index, step])).values(),
]

const hitsOf = (layer: string, variant: string, steps: readonly StepReport[]): LayerHits => {
  const ran = distinctSteps(steps.filter(hasRun))
  return {
    layer,
    variant,
    steps: steps.length,
    cached: steps.filter(({ outcome }) => outcome === 'hit').length,
    run: ran.length,
    execMs: ran.reduce((sum, { execMs }) => sum + execMs, 0),
  }
}

/** Layers from bottom to top. The work item with most layers tells the order, since upper layers may be left out. */
const orderLayers = (items: readonly WorkItemResult[]): readonly string[] => {
  const chains = items.map(({ steps }) => [...new Set(steps.map(({ layer }) => layer))])
  return [...new Set(chains.toSorted((a, b) => b.length - a.length).flat())]
}

/** Folds the steps of all work items by layer and variant: layers from bottom to top, variants as they come. */
export const foldLayerHits = (items: readonly WorkItemResult[]): readonly LayerHits[] => {
  const steps = Map.groupBy(
    items.flatMap((item) => item.steps),
    ({ layer }) => layer,
  )
  return orderLayers(items).flatMap((layer) => {
    const variants = Map.groupBy(steps.get(layer) ?? [], ({ variant }) => variant)
    return [...variants].map(([variant, ofVariant]) => hitsOf(layer, variant, ofVariant))
  })
}
