import type { RunReport } from '../../run-report.ts'
import type { Found } from './filter.ts'
import type { Forest } from './forest.ts'
import { addTallies, NO_STEPS, tallyOf, type Tally } from './tally.ts'

/** What the heat map shows of one node. */
export type NodeHeat = {
  /** Whether it or anything on it was found. */
  readonly shown: boolean
  /** For each platform what its own steps came to; absent where nothing of it was found. */
  readonly own: readonly (Tally | undefined)[]
  /** What the steps of all nodes on it came to, its own left out. */
  readonly above: Tally
}

type Warming = { shown: boolean; readonly own: (Tally | undefined)[]; whole: Tally }

/** What was found, added up for each node of the forest. */
export const heatOf = (report: RunReport, forest: Forest, found: Found): readonly NodeHeat[] => {
  const warming = forest.nodes.map((): Warming => ({
    shown: false,
    own: report.platforms.map(() => undefined),
    whole: NO_STEPS,
  }))
  for (const [index, prefix] of report.prefixes.entries()) {
    const heat = warming[forest.nodeOf[index] ?? -1]
    const place = report.platforms.indexOf(prefix.platform)
    if (heat === undefined || found.prefixes[index] !== true) continue
    const tally = tallyOf(prefix)
    heat.shown = true
    heat.whole = addTallies(heat.whole, tally)
    if (place >= 0) heat.own[place] = addTallies(heat.own[place] ?? NO_STEPS, tally)
  }
  for (const item of found.items) {
    const leaf = warming[forest.leafOf[item] ?? -1]
    if (leaf !== undefined && forest.chains[item]?.length === 0) leaf.shown = true
  }
  return sumUp(forest, warming)
}

/** Adds each node to the one below it. Children come after their parents, so from the end. */
const sumUp = ({ nodes }: Forest, warming: readonly Warming[]): readonly NodeHeat[] => {
  const above = nodes.map(() => NO_STEPS)
  for (const { index, parent } of nodes.toReversed()) {
    const heat = warming[index]
    const below = warming[parent]
    if (heat === undefined || below === undefined) continue
    above[parent] = addTallies(above[parent] ?? NO_STEPS, addTallies(heat.whole, above[index] ?? NO_STEPS))
    below.shown ||= heat.shown
  }
  return warming.map(({ shown, own }, index) => ({ shown, own, above: above[index] ?? NO_STEPS }))
}

/** For each layer, bottom to top, and platform what the steps came to; absent where it has none. */
export const stackOf = ({ layers, platforms, prefixes }: RunReport): readonly (readonly (Tally | undefined)[])[] =>
  layers.map((layer) =>
    platforms.map((platform) => {
      const own = prefixes.filter((prefix) => prefix.layer === layer && prefix.platform === platform)
      return own.length === 0 ? undefined : own.map(tallyOf).reduce(addTallies, NO_STEPS)
    }),
  )
