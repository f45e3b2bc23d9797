import type { RunReport } from '../../run-report.ts'
import { makeFinder, NO_FILTER, type Filter, type Finder, type Found } from '../model/filter.ts'
import { growForest, type Forest } from '../model/forest.ts'
import { heatOf, type NodeHeat } from '../model/heat.ts'

/** What a filter leaves of the report. */
export type Sight = { readonly filter: Filter; readonly found: Found; readonly heat: readonly NodeHeat[] }

/** The report, what is looked for in it, and who wants to know. */
export type PageState = {
  readonly report: RunReport
  readonly forest: Forest
  readonly finder: Finder
  readonly sight: () => Sight
  readonly look: (changes: Partial<Filter>) => void
  /** Calls it now and whenever the filter changes. */
  readonly onLook: (listener: (sight: Sight) => void) => void
}

/** Starts with everything in sight. */
export const makePageState = (report: RunReport): PageState => {
  const forest = growForest(report)
  const finder = makeFinder(report, forest)
  const listeners: ((sight: Sight) => void)[] = []
  const see = (filter: Filter): Sight => {
    const found = finder.find(filter)
    return { filter, found, heat: heatOf(report, forest, found) }
  }
  let current = see(NO_FILTER)
  return {
    ...{ report, forest, finder },
    sight: () => current,
    look: (changes) => {
      current = see({ ...current.filter, ...changes })
      for (const listener of listeners) listener(current)
    },
    onLook: (listener) => {
      listeners.push(listener)
      listener(current)
    },
  }
}
