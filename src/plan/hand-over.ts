import { chainOf } from '../layers/tree.ts'
import type { PlannedCache } from './cache.ts'
import { homeOf, locationOf, type CacheLocation } from './cache-location.ts'
import { poolOf } from './leg.ts'
import { missingOf, type PlannedWork } from './planned-work.ts'
import { mustRun } from './prefixes.ts'
import { mostRuns } from './schedule/limits.ts'
import type { ScheduleOptions } from './schedule/work.ts'

/** What pools build for each other before everything else, so that its steps run once. */
export type HandOver = {
  /** Prefixes that are built then, ascending, with all that is missing below them; and the pool that builds each. */
  readonly built: ReadonlyMap<number, string>
  /** Prefixes of other repositories with the same steps: they are imported from there, and not run. */
  readonly loaded: ReadonlySet<number>
}

/** Where nobody builds for others. */
export const NOTHING_HANDED: HandOver = { built: new Map(), loaded: new Set() }

/** What the work items of a pool miss on one platform, where their cache is. */
type PoolNeeds = { readonly pool: string; readonly location: CacheLocation; readonly missing: Set<number> }

/** What each pool misses on each of its platforms, the plain pools first. */
const needsOf = (work: PlannedWork, cache: PlannedCache): readonly PoolNeeds[] => {
  const needs = new Map<string, PoolNeeds>()
  for (const [index, item] of work.items.entries()) {
    const pool = poolOf(item)
    const name = `${pool} ${item.platform}`
    const known = needs.get(name) ?? { pool, location: locationOf(cache, item), missing: new Set() }
    needs.set(name, known)
    for (const prefix of missingOf(work, work.tops[index] ?? null)) known.missing.add(prefix)
  }
  const isPlain = ({ pool, location }: PoolNeeds): boolean => pool === location.platform
  return [...needs.values()].toSorted((a, b) => Number(isPlain(b)) - Number(isPlain(a)))
}

/** The first pool of each home, with those others that read what it writes. */
const writersOf = (needs: readonly PoolNeeds[]) => {
  const nameOf = ({ location }: PoolNeeds): string => `${location.platform} ${homeOf(location)}`
  const reads = ({ location: { platform, repositories } }: PoolNeeds, { location }: PoolNeeds): boolean =>
    platform === location.platform && repositories.includes(homeOf(location))
  return [...Map.groupBy(needs, nameOf).values()].flatMap(([writer]) =>
    writer === undefined ? [] : [{ writer, readers: needs.filter((each) => each !== writer && reads(each, writer)) }],
  )
}

/** Prefixes of a pool whose steps run there, by key. */
const runningByKey = (
  { prefixes }: PlannedWork,
  { missing }: PoolNeeds,
  loaded: ReadonlySet<number>,
): ReadonlyMap<string, number> =>
  new Map(
    [...missing].flatMap((index) => {
      const prefix = prefixes[index]
      return prefix === undefined || loaded.has(index) || !mustRun(prefix) ? [] : [[prefix.key, index] as const]
    }),
  )

/**
 * Finds the cold prefixes that several pools need, where one of them writes a repository that the others read: they run
 * once, in a wave of their own, unless they are cheap enough to run in each pool (`repeat`). Of the pools that write a
 * repository the plain one builds for the others, or the first one where it has no work.
 */
export const findHandOver = (work: PlannedWork, cache: PlannedCache, options: ScheduleOptions): HandOver => {
  const { prefixes } = work
  const [built, loaded] = [new Map<number, string>(), new Set<number>()]
  for (const { writer, readers } of writersOf(needsOf(work, cache))) {
    const others = readers.map((reader) => runningByKey(work, reader, loaded))
    const shared = [...runningByKey(work, writer, loaded)].filter(([key, index]) => {
      const runs = 1 + others.filter((keys) => keys.has(key)).length
      return runs > 1 && runs > mostRuns(prefixes[index]?.costMs ?? 0, options)
    })
    for (const index of shared.flatMap(([, top]) => chainOf(prefixes, top))) {
      if (!writer.missing.has(index)) continue
      built.set(index, writer.pool)
      const twins = others.flatMap((keys) => keys.get(prefixes[index]?.key ?? '') ?? [])
      for (const twin of twins) if (twin !== index) loaded.add(twin)
    }
  }
  return { built: new Map([...built].toSorted(([a], [b]) => a - b)), loaded }
}
