import { inputError } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import { hitRatioOf } from './fold/met-prefix.ts'
import { layerCounts } from './heat.ts'
import { renderPercent } from './quantity.ts'
import type { RunReport } from './run-report.ts'

/** Hit ratios that a run should reach, 0 to 1: over all of it, and of single layers. */
export type WantedRatios = { readonly all?: number; readonly layers: Readonly<Record<string, number>> }

/** Causes that a shortfall names before it counts the rest. */
const MAX_CAUSES = 3

const renderCauses = ({ misses }: RunReport): string => {
  const named = misses.slice(0, MAX_CAUSES).map(({ title, steps }) => `${title} → ${steps} steps`)
  const more = misses.length - named.length
  return [...named, ...(more > 0 ? [`${more} more causes`] : [])].join('; ')
}

/** `layer core came from cache to 50%, less than the 90% of input min-hit-ratio` */
const shortfall = (subject: string, ratio: number, wanted: number): readonly string[] =>
  ratio >= wanted
    ? []
    : [
        `${subject} came from cache to ${renderPercent(ratio)}, less than the ${renderPercent(wanted)} of input min-hit-ratio`,
      ]

/**
 * Where a run falls short of the ratios that it should reach, a sentence each, with the causes of most misses in the last
 * one; empty when it reaches them all. Throws an InputError for a layer that the run does not have.
 */
export const checkHitRatios = (report: RunReport, { all, layers }: WantedRatios): readonly string[] => {
  const counts = layerCounts(report)
  const short = [
    ...(all === undefined ? [] : shortfall('the run', report.hitRatio, all)),
    ...Object.entries(layers).flatMap(([layer, wanted]) => {
      if (!report.layers.includes(layer)) {
        const expected = report.layers.join(', ')
        throw inputError(`input min-hit-ratio names the layer ${JSON.stringify(layer)}`, {
          expected,
          ...didYouMean(layer, report.layers),
        })
      }
      return shortfall(`layer ${layer}`, hitRatioOf(counts.get(layer) ?? { total: 0, cached: 0 }), wanted)
    }),
  ]
  const causes = renderCauses(report)
  return short.length === 0 || causes === '' ? short : [...short, causes]
}
