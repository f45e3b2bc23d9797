import type { CacheStrategy } from '../factory/factory.ts'
import { workItemName } from '../factory/work-item.ts'
import { remember } from '../remember.ts'
import type { PlannedCache } from './cache.ts'
import { findHandOver, NOTHING_HANDED, type HandOver } from './hand-over.ts'
import { poolOf } from './leg.ts'
import type { PlannedWork } from './planned-work.ts'
import { mustRun, type PlannedPrefix } from './prefixes.ts'
import { filled } from './schedule/column.ts'
import { planSchedule } from './schedule/schedule.ts'
import type { Schedule, ScheduledLeg, ScheduleOptions, WorkLeaf, WorkNode } from './schedule/work.ts'

/** What an image costs besides its steps: loading what is cached, exporting, pushing; ms. */
const IMAGE_MS = 5_000

/** Work as the scheduler takes it, and the prefix that each of its nodes stands for. */
type WorkGraph = {
  readonly nodes: readonly WorkNode[]
  readonly leaves: readonly WorkLeaf[]
  readonly prefixOf: readonly number[]
}

/** Where the nodes of a pool are, by prefix: -1 where there is none. */
type PoolNodes = Int32Array

/** Marks the prefixes that a work item's leg has to build: those above the highest one whose ref exists. */
const markMissing = (prefixes: readonly PlannedPrefix[], top: number | null, nodes: PoolNodes): void => {
  for (let index = top ?? undefined; index !== undefined && nodes[index] === -1; index = prefixes[index]?.parent) {
    if (prefixes[index]?.state === 'warm') return
    nodes[index] = 0
  }
}

/** For each pool, in order of first use, the prefixes that it has to build. */
const missingByPool = ({ items, tops, prefixes }: PlannedWork): ReadonlyMap<string, PoolNodes> => {
  const pools = new Map<string, PoolNodes>()
  for (const [leaf, item] of items.entries()) {
    const nodes = remember(pools, poolOf(item), () => filled(prefixes.length, -1))
    markMissing(prefixes, tops[leaf] ?? null, nodes)
  }
  return pools
}

/** A prefix that several pools need stands for a node in each: a leg runs in one pool. Parents before their children. */
const nodesOf = ({ prefixes, bytes }: PlannedWork, pools: ReadonlyMap<string, PoolNodes>) => {
  const nodes: WorkNode[] = []
  const prefixOf: number[] = []
  for (const [prefix, { key, parent, costMs, state }] of prefixes.entries()) {
    for (const [pool, positions] of pools) {
      if (positions[prefix] === -1) continue
      positions[prefix] = prefixOf.push(prefix) - 1
      const below = positions[parent ?? -1] ?? -1
      const cost = mustRun({ state }) ? costMs : 0
      const node = { id: `${pool} ${key}`, pool, cost, bytes: bytes[prefix] ?? 0 }
      nodes.push(below < 0 ? node : { ...node, parent: below })
    }
  }
  return { nodes, prefixOf }
}

const graphOf = (work: PlannedWork): WorkGraph => {
  const pools = missingByPool(work)
  const { nodes, prefixOf } = nodesOf(work, pools)
  const leaves = work.items.map((item, index): WorkLeaf => {
    const pool = poolOf(item)
    const node = pools.get(pool)?.[work.tops[index] ?? -1] ?? -1
    const leaf = { id: workItemName(item), pool, cost: IMAGE_MS, bytes: 0 }
    return node < 0 ? leaf : { ...leaf, node }
  })
  return { nodes, leaves, prefixOf }
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

/** For prefixes alone: those that none of the others stands on are the leaves, which take no time of their own. */
const withTopsAsLeaves = ({ nodes, prefixOf }: Pick<WorkGraph, 'nodes' | 'prefixOf'>): WorkGraph => {
  const below = new Set(nodes.map(({ parent }) => parent))
  const leaves = nodes.flatMap(({ id, pool }, node): readonly WorkLeaf[] =>
    below.has(node) ? [] : [{ id, node, pool, cost: 0, bytes: 0 }],
  )
  return { nodes, leaves, prefixOf }
}

/** The schedule in terms of prefixes. What two pools build counts as repeated, and the first leg writes it. */
const inPrefixes = ({ waves, legs, repeated, ...rest }: Schedule, { nodes, prefixOf }: WorkGraph): Schedule => {
  const toPrefix = (node: number): number => prefixOf[node] ?? -1
  const written = filled((prefixOf.at(-1) ?? -1) + 1, 0)
  const twice = new Map<number, number>()
  const translate = (leg: ScheduledLeg): ScheduledLeg => {
    const before = new Set(leg.repeats)
    const repeats = leg.nodes.filter((node) => before.has(node) || written[toPrefix(node)] === 1)
    for (const node of leg.nodes.filter((each) => !before.has(each))) {
      if (written[toPrefix(node)] === 1) twice.set(node, (twice.get(node) ?? 0) + 1)
      written[toPrefix(node)] = 1
    }
    return { ...leg, nodes: leg.nodes.map(toPrefix), repeats: repeats.map(toPrefix) }
  }
  const translated = { waves: waves.map((wave) => wave.map(translate)), legs: legs.map(translate) }
  const acrossPools = [...twice].map(([node, extra]) => ({ node, extra, costMs: extra * (nodes[node]?.cost ?? 0) }))
  const all = [...repeated, ...acrossPools].map((each) => ({ ...each, node: toPrefix(each.node) }))
  return { ...rest, ...translated, repeated: all }
}

/** A schedule of a plan's work, where nodes are indices of prefixes. */
export type SharedOut = Schedule & {
  /** Cold prefixes that no leg runs: a wave runs the same steps for another repository, from where they are imported. */
  readonly loaded: ReadonlySet<number>
}

/** What pools build for each other, as the scheduler takes it. */
const handOverGraph = ({ prefixes, bytes }: PlannedWork, { built }: HandOver): WorkGraph => {
  const prefixOf = [...built.keys()]
  const positions = new Map(prefixOf.map((prefix, position) => [prefix, position]))
  const nodes = prefixOf.map((prefix): WorkNode => {
    const { key = '', parent = -1, costMs = 0, state = 'cold' } = prefixes[prefix] ?? {}
    const [pool = '', below] = [built.get(prefix), positions.get(parent)]
    const cost = mustRun({ state }) ? costMs : 0
    return {
      id: `${pool} ${key}`,
      ...(below === undefined ? {} : { parent: below }),
      pool,
      cost,
      bytes: bytes[prefix] ?? 0,
    }
  })
  return withTopsAsLeaves({ nodes, prefixOf })
}

/** The work that is left once pools have built for each other. */
const afterHandOver = (work: PlannedWork, { built, loaded }: HandOver): PlannedWork => ({
  ...work,
  prefixes: work.prefixes.map((prefix, index) => {
    if (built.has(index)) return { ...prefix, state: 'warm' }
    return loaded.has(index) ? { ...prefix, state: 'covered' } : prefix
  }),
})

/** One schedule after the other: what the first builds are prefixes for the second, so its legs are a wave. */
const inTurn = (first: Schedule, second: Schedule): Schedule => ({
  waves: [first.legs.map((leg) => ({ ...leg, leaves: [] })), ...second.waves],
  legs: second.legs,
  repeated: [...first.repeated, ...second.repeated],
  makespanMs: first.makespanMs + second.makespanMs,
  lowerBoundMs: Math.max(first.lowerBoundMs, second.lowerBoundMs),
  runnerMs: first.runnerMs + second.runnerMs,
})

/** How a plan's work may be shared out, besides by costs. */
export type SharingRules = {
  readonly cache: PlannedCache
  /** Whether what one leg builds reaches others, by the cache. */
  readonly handsOn: boolean
  /** Whether legs build prefixes alone, and no images. */
  readonly prefixesOnly?: boolean
}

/** Waves that are left after one. */
const fewer = (waves: ScheduleOptions['waves']): ScheduleOptions['waves'] => {
  const left = { auto: 2, 0: 0, 1: 0, 2: 1, 3: 2 } as const
  return left[waves]
}

/** Legs that build prefixes and no images, those with the most to do first: the slowest chain is not to start last. */
const withoutLeaves = (schedule: Schedule, { prefixes }: PlannedWork): Schedule => {
  const costOf = ({ nodes }: ScheduledLeg): number =>
    nodes.reduce((sum, node) => sum + (prefixes[node]?.costMs ?? 0), 0)
  // A leg whose prefixes are all built in waves would have nothing to do.
  const legs = schedule.legs.filter(({ nodes }) => nodes.length > 0).map((leg) => ({ ...leg, leaves: [] }))
  return { ...schedule, legs: legs.toSorted((a, b) => costOf(b) - costOf(a)) }
}

/** Who builds what, when. What several pools need comes first, as each of them is scheduled by itself. */
export const shareOut = (
  work: PlannedWork,
  { cache, handsOn, prefixesOnly = false }: SharingRules,
  options: ScheduleOptions,
): SharedOut => {
  const allowed = optionsFor(cache.strategy, handsOn, options)
  const schedule = (graph: WorkGraph, waves: ScheduleOptions['waves']): Schedule =>
    inPrefixes(planSchedule(graph.nodes, graph.leaves, { ...allowed, waves }), graph)
  const scheduleWork = (part: PlannedWork, waves: ScheduleOptions['waves']): Schedule =>
    prefixesOnly
      ? withoutLeaves(schedule(withTopsAsLeaves(graphOf(part)), waves), part)
      : schedule(graphOf(part), waves)
  const handOver = allowed.waves === 0 ? NOTHING_HANDED : findHandOver(work, cache, allowed)
  const { built, loaded } = handOver
  if (built.size === 0) return { ...scheduleWork(work, allowed.waves), loaded }
  const first = schedule(handOverGraph(work, handOver), 0)
  return { ...inTurn(first, scheduleWork(afterHandOver(work, handOver), fewer(allowed.waves))), loaded }
}
