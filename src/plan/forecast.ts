import { chainOf } from '../layers/tree.ts'
import { mustRun, type PlannedPrefix, type PrefixContent } from './prefixes.ts'
import type { Schedule } from './schedule/work.ts'

/** What the steps of all work items come to. A step that several share counts once, unless it says otherwise. */
export type PlanForecast = {
  /** Steps of all work items, each counted for every item it is part of: what a naive matrix runs without cache. */
  readonly positions: number
  readonly unique: number
  /** Of the unique ones, those in prefixes that more than one work item has. */
  readonly shared: number
  /** Unique steps that a cache ref holds. */
  readonly warm: number
  /** Unique steps that will run. */
  readonly cold: number
  /** Runs of a step beyond its first. */
  readonly repeated: number
  /** Expected time from the first leg's start to the end of the last, ms. */
  readonly expectedMs: number
  /** What no schedule with as many legs at a time could beat, ms. */
  readonly lowerBoundMs: number
  /** Work of all legs and their starts, ms. */
  readonly runnerMs: number
  /** How much of the expected time rests on measured step times, 0 to 1. */
  readonly measured: number
}

/** What the forecast counts. */
export type Forecasted = {
  readonly tops: readonly (number | null)[]
  readonly prefixes: readonly PlannedPrefix[]
  readonly contents: readonly PrefixContent[]
}

/** Counts the steps of a plan before anything is built. */
export const forecastOf = ({ tops, prefixes, contents }: Forecasted, schedule: Schedule): PlanForecast => {
  const steps = prefixes.map(({ content }) => contents[content]?.steps ?? 0)
  const users = new Uint32Array(prefixes.length)
  for (const top of tops) for (const index of chainOf(prefixes, top)) users[index] = (users[index] ?? 0) + 1
  const sum = (of: (index: number) => number): number =>
    steps.reduce((total, count, index) => total + count * of(index), 0)
  const built = new Set([...schedule.waves.flat(), ...schedule.legs].flatMap(({ nodes }) => nodes))
  const runs = prefixes.map((prefix, index) => built.has(index) && mustRun(prefix))
  const costs = prefixes.map(({ costMs }, index) => (runs[index] === true ? costMs : 0))
  const cost = costs.reduce((total, ms) => total + ms, 0)
  const known = costs.reduce((total, ms, index) => total + ms * (prefixes[index]?.measured ?? 0), 0)
  // Of what is loaded from a ref nothing runs again. Several pools may each repeat the same prefix.
  const extra = new Uint32Array(prefixes.length)
  for (const each of schedule.repeated) {
    if (runs[each.node] === true) extra[each.node] = (extra[each.node] ?? 0) + each.extra
  }
  return {
    positions: sum((index) => users[index] ?? 0),
    unique: sum(() => 1),
    shared: sum((index) => ((users[index] ?? 0) > 1 ? 1 : 0)),
    warm: sum((index) => (prefixes[index]?.state === 'warm' || prefixes[index]?.state === 'covered' ? 1 : 0)),
    cold: sum((index) => (runs[index] === true ? 1 : 0)),
    repeated: sum((index) => extra[index] ?? 0),
    expectedMs: Math.round(schedule.makespanMs),
    lowerBoundMs: Math.round(schedule.lowerBoundMs),
    runnerMs: Math.round(schedule.runnerMs),
    measured: cost === 0 ? 1 : known / cost,
  }
}
