import type { Platform } from '../oci/platform.ts'
import { countSteps } from './fold/met-prefix.ts'
import type { RunReport, StepCounts } from './run-report.ts'

/** The distinct steps of one layer on one platform. */
export type HeatCell = { readonly layer: string; readonly platform: Platform; readonly counts: StepCounts }

/** Layers bottom to top, platforms in their order; a layer that has no step on a platform has no cell there. */
export const heatCells = ({ layers, platforms, prefixes }: RunReport): readonly HeatCell[] => {
  const found = Map.groupBy(prefixes, ({ layer, platform }) => JSON.stringify([layer, platform]))
  return layers.flatMap((layer) =>
    platforms.flatMap((platform) => {
      const of = found.get(JSON.stringify([layer, platform]))
      return of === undefined ? [] : [{ layer, platform, counts: countSteps(of) }]
    }),
  )
}

/** The distinct steps of each layer over all platforms, for layers that have any. */
export const layerCounts = (report: RunReport): ReadonlyMap<string, StepCounts> => {
  const cells = Map.groupBy(heatCells(report), ({ layer }) => layer)
  return new Map(
    [...cells].map(([layer, of]) => [
      layer,
      of.reduce((sum, { counts }) => ({ total: sum.total + counts.total, cached: sum.cached + counts.cached }), {
        ...{ total: 0, cached: 0 },
      }),
    ]),
  )
}
