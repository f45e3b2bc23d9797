import type { CacheStrategy } from '../factory/factory.ts'
import { workItemName, type WorkItem } from '../factory/work-item.ts'
import { chainOf } from '../layers/tree.ts'
import { poolOf } from './leg.ts'
import { mustRun, type PlannedPrefix } from './prefixes.ts'
import { planSchedule } from './schedule/schedule.ts'
import type { Schedule, ScheduledLeg, ScheduleOptions, WorkLeaf, WorkNode } from './schedule/work.ts'

/** What an image costs besides its steps: loading what is cached, exporting, pushing; ms. */
const IMAGE_MS = 5_000

/** The work that a plan has to share out. */
export type PlannedWork = {
  readonly items: readonly WorkItem[]
  readonly tops: readonly (number | null)[]
  readonly prefixes: readonly PlannedPrefix[]
  /** Disk that the own steps of each prefix take, bytes; of the lowest ones with their base image. */
  readonly bytes: readonly number[]
}

/** Work as the scheduler takes it, and the prefix that each of its nodes stands for. */
type WorkGraph = {
  readonly nodes: readonly WorkNode[]
  readonly leaves: readonly WorkLeaf[]
  readonly prefixOf: readonly number[]
}

/** Prefixes that a work item's leg has to build: those above the highest one whose ref exists. */
const missingOf = ({ prefixes }: PlannedWork, top: number | null): readonly number[] => {
  const chain = chainOf(prefixes, top)
  return chain.slice(chain.findLastIndex((index) => prefixes[index]?.state === 'warm') + 1)
}

/** What a pool has to build: for each missing prefix its node, once it has one. */
type PoolNodes = { readonly pool: string; readonly nodes: Map<number, number> }

/** A prefix that several pools need stands for a node in each: a leg runs in one pool. */
const graphOf = (work: PlannedWork): WorkGraph => {
  const { items, tops, prefixes, bytes } = work
  const pools = new Map<string, PoolNodes>()
  const topOf = items.map((item, leaf): number => {
    const pool = poolOf(item)
    const known = pools.get(pool) ?? { pool, nodes: new Map() }
    pools.set(pool, known)
    const missing = missingOf(work, tops[leaf] ?? null)
    for (const prefix of missing) known.nodes.set(prefix, -1)
    return missing.at(-1) ?? -1
  })
  const needed = [...pools.values()].flatMap((of) => [...of.nodes.keys()].map((prefix) => ({ of, prefix })))
  // Parents before their children, as they stand among the prefixes.
  needed.sort((a, b) => a.prefix - b.prefix)
  const nodes = needed.map(({ of: { pool, nodes: positions }, prefix }, position): WorkNode => {
    const { key = '', parent = -1, costMs = 0, state = 'cold' } = prefixes[prefix] ?? {}
    positions.set(prefix, position)
    const below = positions.get(parent)
    const cost = mustRun({ state }) ? costMs : 0
    const node = { id: `${pool} ${key}`, pool, cost, bytes: bytes[prefix] ?? 0 }
    return below === undefined ? node : { ...node, parent: below }
  })
  const leaves = items.map((item, leaf): WorkLeaf => {
    const pool = poolOf(item)
    const node = pools.get(pool)?.nodes.get(topOf[leaf] ?? -1)
    const leafOf = { id: workItemName(item), pool, cost: IMAGE_MS, bytes: 0 }
    return node === undefined ? leafOf : { ...leafOf, node }
  })
  return { nodes, leaves, prefixOf: needed.map(({ prefix }) => prefix) }
}

/** What the strategy lets a schedule do: only content-named refs hand prefixes on from one leg to another. */
const optionsFor = (strategy: CacheStrategy, handsOn: boolean, options: ScheduleOptions): ScheduleOptions => {
  switch (strategy) {
    case 'layer':
      return handsOn ? options : { ...options, waves: 0 }
    case 'manifest':
      return { ...options, waves: 0, repeat: 'free' }
    case 'platform':
      // Several legs would overwrite each other's ref.
      return { ...options, waves: 0, repeat: 'free', maxParallel: 1 }
  }
}

/** The schedule in terms of prefixes. What two pools build counts as repeated, and the first leg writes it. */
const inPrefixes = ({ waves, legs, repeated, ...rest }: Schedule, { nodes, prefixOf }: WorkGraph): Schedule => {
  const toPrefix = (node: number): number => prefixOf[node] ?? -1
  const written = new Set<number>()
  const twice = new Map<number, number>()
  const translate = (leg: ScheduledLeg): ScheduledLeg => {
    const before = new Set(leg.repeats)
    const repeats = leg.nodes.filter((node) => before.has(node) || written.has(toPrefix(node)))
    for (const node of leg.nodes.filter((each) => !before.has(each))) {
      if (written.has(toPrefix(node))) twice.set(node, (twice.get(node) ?? 0) + 1)
      written.add(toPrefix(node))
    }
    return { ...leg, nodes: leg.nodes.map(toPrefix), repeats: repeats.map(toPrefix) }
  }
  const translated = { waves: waves.map((wave) => wave.map(translate)), legs: legs.map(translate) }
  const acrossPools = [...twice].map(([node, extra]) => ({ node, extra, costMs: extra * (nodes[node]?.cost ?? 0) }))
  const all = [...repeated, ...acrossPools].map((each) => ({ ...each, node: toPrefix(each.node) }))
  return { ...rest, ...translated, repeated: all }
}

/** Who builds what, when: the schedule of a plan's work, where nodes are indices of prefixes. */
export const shareOut = (
  work: PlannedWork,
  { strategy, handsOn }: { readonly strategy: CacheStrategy; readonly handsOn: boolean },
  options: ScheduleOptions,
): Schedule => {
  const graph = graphOf(work)
  return inPrefixes(planSchedule(graph.nodes, graph.leaves, optionsFor(strategy, handsOn, options)), graph)
}
