import type { CacheStrategy } from '../factory/factory.ts'
import { workItemName } from '../factory/work-item.ts'
import type { PlannedCache } from './cache.ts'
import { findHandOver, NOTHING_HANDED, type HandOver } from './hand-over.ts'
import { poolOf } from './leg.ts'
import { missingOf, type PlannedWork } from './planned-work.ts'
import { mustRun } from './prefixes.ts'
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

/** A schedule of a plan's work, where nodes are indices of prefixes. */
export type SharedOut = Schedule & {
  /** Cold prefixes that no leg runs: a wave runs the same steps for another repository, from where they are imported. */
  readonly loaded: ReadonlySet<number>
}

/** What pools build for each other, as the scheduler takes it: prefixes that none of the others stands on are its leaves. */
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
  const below = new Set(nodes.map(({ parent }) => parent))
  const leaves = nodes.flatMap(({ id, pool }, node): readonly WorkLeaf[] =>
    below.has(node) ? [] : [{ id, node, pool, cost: 0, bytes: 0 }],
  )
  return { nodes, leaves, prefixOf }
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
}

/** Waves that are left after one. */
const fewer = (waves: ScheduleOptions['waves']): ScheduleOptions['waves'] => {
  const left = { auto: 2, 0: 0, 1: 0, 2: 1, 3: 2 } as const
  return left[waves]
}

/** Who builds what, when. What several pools need comes first, as each of them is scheduled by itself. */
export const shareOut = (work: PlannedWork, { cache, handsOn }: SharingRules, options: ScheduleOptions): SharedOut => {
  const allowed = optionsFor(cache.strategy, handsOn, options)
  const schedule = (graph: WorkGraph, waves: ScheduleOptions['waves']): Schedule =>
    inPrefixes(planSchedule(graph.nodes, graph.leaves, { ...allowed, waves }), graph)
  const handOver = allowed.waves === 0 ? NOTHING_HANDED : findHandOver(work, cache, allowed)
  const { built, loaded } = handOver
  if (built.size === 0) return { ...schedule(graphOf(work), allowed.waves), loaded }
  const first = schedule(handOverGraph(work, handOver), 0)
  return { ...inTurn(first, schedule(graphOf(afterHandOver(work, handOver)), fewer(allowed.waves))), loaded }
}
