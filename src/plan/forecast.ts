import { chainOf } from '../layers/tree.ts'
import { remember } from '../remember.ts'
import { mustRun, type PlannedPrefix, type PrefixContent } from './prefixes.ts'
import type { SharedOut } from './work-graph.ts'

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

/** How often the steps of each prefix run: not at all, or once and what is repeated. */
const runsOf = ({ prefixes }: Forecasted, { waves, legs, repeated, loaded }: SharedOut): Uint32Array => {
  const runs = new Uint32Array(prefixes.length)
  for (const { nodes } of [...waves.flat(), ...legs]) for (const node of nodes) runs[node] = 1
  // Several pools may each repeat the same prefix.
  for (const { node, extra } of repeated) runs[node] = (runs[node] ?? 0) + extra
  // Of what is loaded from a ref nothing runs.
  return runs.map((count, index) => {
    const prefix = prefixes[index]
    return prefix === undefined || loaded.has(index) || !mustRun(prefix) ? 0 : count
  })
}

/** For each prefix the first with the same steps: itself, unless another cache repository keeps them as well. */
const firstTwins = (prefixes: readonly PlannedPrefix[]): Uint32Array => {
  const known = new Map<string, number>()
  const first = new Uint32Array(prefixes.length)
  for (const [index, { key }] of prefixes.entries()) first[index] = remember(known, key, () => index)
  return first
}

/** Adds the counts of all prefixes with the same steps up at the first of them. */
const gather = (counts: Uint32Array, first: Uint32Array): Uint32Array => {
  const gathered = new Uint32Array(counts.length)
  for (const [index, count] of counts.entries()) {
    const place = first[index] ?? index
    gathered[place] = (gathered[place] ?? 0) + count
  }
  return gathered
}

/** Counts the steps of a plan before anything is built. Those that two cache repositories keep are the same steps. */
export const forecastOf = (plan: Forecasted, schedule: SharedOut): PlanForecast => {
  const { tops, prefixes, contents } = plan
  const first = firstTwins(prefixes)
  const users = new Uint32Array(prefixes.length)
  for (const top of tops) for (const index of chainOf(prefixes, top)) users[index] = (users[index] ?? 0) + 1
  const runs = runsOf(plan, schedule)
  const held = Uint32Array.from(prefixes, ({ state }) => (state === 'warm' || state === 'covered' ? 1 : 0))
  const [allUsers, allRuns, allHeld] = [users, runs, held].map((counts) => gather(counts, first))
  const sum = (of: (index: number) => number): number =>
    prefixes.reduce(
      (steps, { content }, index) =>
        first[index] === index ? steps + of(index) * (contents[content]?.steps ?? 0) : steps,
      0,
    )
  const usersOf = (index: number): number => allUsers?.[index] ?? 0
  const runsAt = (index: number): number => allRuns?.[index] ?? 0
  const costs = prefixes.map(({ costMs }, index) => ((runs[index] ?? 0) > 0 ? costMs : 0))
  const cost = costs.reduce((all, ms) => all + ms, 0)
  const known = costs.reduce((all, ms, index) => all + ms * (prefixes[index]?.measured ?? 0), 0)
  return {
    positions: sum(usersOf),
    unique: sum(() => 1),
    shared: sum((index) => (usersOf(index) > 1 ? 1 : 0)),
    warm: sum((index) => (runsAt(index) === 0 && (allHeld?.[index] ?? 0) > 0 ? 1 : 0)),
    cold: sum((index) => (runsAt(index) > 0 ? 1 : 0)),
    repeated: sum((index) => Math.max(0, runsAt(index) - 1)),
    expectedMs: Math.round(schedule.makespanMs),
    lowerBoundMs: Math.round(schedule.lowerBoundMs),
    runnerMs: Math.round(schedule.runnerMs),
    measured: cost === 0 ? 1 : known / cost,
  }
}
