import fc from 'fast-check'
import type { Schedule, ScheduledLeg, ScheduleOptions, WorkLeaf, WorkNode } from '../../../src/plan/schedule/work.ts'

/** Nodes and leaves, as the scheduler takes them. */
export type Work = { readonly nodes: readonly WorkNode[]; readonly leaves: readonly WorkLeaf[] }

/** The defaults of the plan, with legs that start in 30 s. */
export const sampleOptions = (changes: Partial<ScheduleOptions> = {}): ScheduleOptions => ({
  maxLegs: 256,
  maxParallel: 20,
  maxLegMs: 3_600_000,
  maxLegBytes: 14e9,
  maxLegTargets: 128,
  waves: 'auto',
  repeat: 'cheap',
  legStartMs: 30_000,
  ...changes,
})

/** A node that takes so many seconds, on a parent or on nothing. */
export const node = (id: string, seconds: number, parent?: number, pool = 'linux/amd64'): WorkNode => ({
  id,
  pool,
  cost: seconds * 1_000,
  bytes: 1e6,
  ...(parent === undefined ? {} : { parent }),
})

/** A leaf that takes so many seconds besides its steps. */
export const leaf = (id: string, seconds: number, highest?: number, pool = 'linux/amd64'): WorkLeaf => ({
  id,
  pool,
  cost: seconds * 1_000,
  bytes: 1e6,
  ...(highest === undefined ? {} : { node: highest }),
})

/** As many leaves on the same node. */
export const leavesOn = (count: number, seconds: number, highest?: number): readonly WorkLeaf[] =>
  Array.from({ length: count }, (_, index) => leaf(`leaf ${highest ?? 'warm'} ${index}`, seconds, highest))

type Sketch = {
  readonly nodes: readonly { readonly parent: number; readonly seconds: number; readonly gigabytes: number }[]
  readonly leaves: readonly { readonly node: number; readonly seconds: number }[]
}

/** An index that may be none: -1 stands for it, larger ones wrap around. */
const wrap = (index: number, length: number): number | undefined =>
  index < 0 || length === 0 ? undefined : index % length

const draw = ({ nodes: sketched, leaves }: Sketch): Work => {
  const nodes: WorkNode[] = []
  for (const [index, { parent: at, seconds, gigabytes }] of sketched.entries()) {
    const parent = wrap(at, index)
    const pool = parent === undefined ? `pool ${index % 2}` : (nodes[parent]?.pool ?? '')
    nodes.push({ ...node(`node ${index}`, seconds, parent, pool), bytes: gigabytes * 1e9 })
  }
  return {
    nodes,
    leaves: leaves.map(({ node: at, seconds }, index) => {
      const highest = wrap(at, nodes.length)
      const pool = highest === undefined ? `pool ${index % 3}` : (nodes[highest]?.pool ?? '')
      return leaf(`leaf ${index}`, seconds, highest, pool)
    }),
  }
}

/** Forests of any shape: costs from nothing to a quarter of an hour, up to three pools. */
export const works: fc.Arbitrary<Work> = fc
  .record({
    nodes: fc.array(
      fc.record({
        parent: fc.integer({ min: -1, max: 40 }),
        seconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 900 })),
        gigabytes: fc.double({ min: 0, max: 3, noNaN: true }),
      }),
      { maxLength: 40 },
    ),
    leaves: fc.array(fc.record({ node: fc.integer({ min: -1, max: 60 }), seconds: fc.integer({ min: 0, max: 100 }) }), {
      maxLength: 60,
    }),
  })
  .map(draw)

/** Options of every kind, limits so low that they matter among them. */
export const optionsOf: fc.Arbitrary<ScheduleOptions> = fc
  .record({
    maxParallel: fc.integer({ min: 1, max: 25 }),
    maxLegMs: fc.constantFrom(3_600_000, 300_000, 60_000),
    maxLegBytes: fc.constantFrom(100e9, 4e9),
    maxLegTargets: fc.constantFrom(128, 5, 1),
    waves: fc.constantFrom<ScheduleOptions['waves']>('auto', 0, 1, 2, 3),
    repeat: fc.constantFrom<ScheduleOptions['repeat']>('never', 'cheap', 'free'),
    legStartMs: fc.constantFrom(0, 5_000, 30_000),
  })
  .map((changes) => sampleOptions(changes))

/** Every phase of a schedule, the final build last. */
export const phasesOf = ({ waves, legs }: Schedule): readonly (readonly ScheduledLeg[])[] => [...waves, legs]

/** A node and all it stands on. */
export const chainOf = ({ nodes }: Work, highest: number | undefined): readonly number[] => {
  const chain: number[] = []
  for (let index = highest; index !== undefined; index = nodes[index]?.parent) chain.push(index)
  return chain
}

/** Nodes that some leaf needs. */
export const neededNodes = (work: Work): ReadonlySet<number> =>
  new Set(work.leaves.flatMap((item) => chainOf(work, item.node)))

/** Where every leaf is built, by its id. */
export const placesOf = ({ leaves }: Work, { legs }: Schedule): ReadonlyMap<string, string> =>
  new Map(
    legs.flatMap(({ pool, slot, leaves: built }) => built.map((index) => [leaves[index]?.id ?? '', `${pool} ${slot}`])),
  )
