import { chainOf } from '../layers/tree.ts'
import type { Platform } from '../oci/platform.ts'
import { remember } from '../remember.ts'
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
type PoolNeeds = {
  readonly pool: string
  readonly platform: Platform
  readonly location: CacheLocation
  readonly missing: Set<number>
}

/** Each pool on each of its platforms, the plain pools first, before anybody knows what they miss. */
const poolsOf = ({ items }: PlannedWork, cache: PlannedCache): readonly PoolNeeds[] => {
  const needs = new Map<string, PoolNeeds>()
  for (const item of items) {
    const pool = poolOf(item)
    remember(needs, `${pool} ${item.platform}`, () => {
      return { pool, platform: item.platform, location: locationOf(cache, item), missing: new Set() }
    })
  }
  const isPlain = ({ pool, location }: PoolNeeds): boolean => pool === location.platform
  return [...needs.values()].toSorted((a, b) => Number(isPlain(b)) - Number(isPlain(a)))
}

/** Finds out what pools miss. */
const addMissing = (work: PlannedWork, needs: readonly PoolNeeds[]): void => {
  for (const [index, item] of work.items.entries()) {
    const own = needs.find(({ pool, platform }) => platform === item.platform && pool === poolOf(item))
    if (own === undefined) continue
    for (const prefix of missingOf(work, work.tops[index] ?? null)) own.missing.add(prefix)
  }
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
  const needs = poolsOf(work, cache)
  const writers = writersOf(needs).filter(({ readers }) => readers.length > 0)
  if (writers.length === 0) return NOTHING_HANDED
  addMissing(work, needs)
  const [built, loaded] = [new Map<number, string>(), new Set<number>()]
  for (const { writer, readers } of writers) {
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
