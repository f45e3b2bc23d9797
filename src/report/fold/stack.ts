import type { Plan } from '../../plan/plan.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import type { RunReport } from '../run-report.ts'
import { compareTexts } from './order.ts'

/** Layers bottom to top. The work item with most layers tells the order, since upper layers may be left out. */
const orderLayers = (chains: readonly (readonly string[])[]): readonly string[] => {
  const distinct = new Map(chains.map((chain) => [JSON.stringify(chain), chain]))
  const longestFirst = [...distinct].toSorted(([a, one], [b, other]) => other.length - one.length || compareTexts(a, b))
  return [...new Set(longestFirst.flatMap(([, chain]) => chain))]
}

/** The layers and platforms of a run: platforms as the plan has them, then others by name. */
export const foldStack = (
  newest: readonly CompatibilityRecord[],
  plan: Pick<Plan, 'items'> | undefined,
): Pick<RunReport, 'layers' | 'platforms'> => {
  const planned = plan?.items ?? []
  const chains = [...planned, ...newest].map(({ layers }) => layers.map(({ layer }) => layer))
  const recorded = newest.map(({ platform }) => platform).toSorted(compareTexts)
  return {
    layers: orderLayers(chains),
    platforms: [...new Set([...planned.map(({ platform }) => platform), ...recorded])],
  }
}
