import type { WorkItem } from '../../factory/work-item.ts'
import type { Io } from '../../io/io.ts'
import { prefixTag } from '../../layers/cache-refs.ts'
import { differingInputs } from '../../layers/key-input.ts'
import { chainOf, inputsOf, type LayerTree, type Prefix } from '../../layers/tree.ts'
import { locationOf, mirrorRefsOf, refsOf, type CacheLocation } from '../../plan/cache-location.ts'
import type { LegChain, LegPrefix } from '../../plan/leg-cache.ts'
import type { Plan } from '../../plan/plan.ts'
import { plannedInputs, type PlannedPrefix } from '../../plan/prefixes.ts'

/** A work item of a leg, by index into the plan's list, as this job sees it: with its own contexts, perhaps cut short. */
export type LegItem = { readonly index: number; readonly item: WorkItem }

/** The leg's part of the plan. */
export type LegPart = {
  readonly plan: Plan
  readonly items: readonly LegItem[]
  /** Indices of the prefixes whose refs it writes; undefined when it writes all that are not there. */
  readonly writes: ReadonlySet<number> | undefined
}

/** A wave leg, and which prefix it writes. */
type WaveWriter = { readonly prefix: number; readonly wave: NonNullable<LegPrefix['wave']> }

/** The wave legs by the ref that they write. */
const waveWriters = ({ waves, prefixes, items, cache }: Plan): ReadonlyMap<string, WaveWriter> => {
  const refOf = (index: number): readonly string[] => {
    const { item = -1, tag } = prefixes[index] ?? {}
    const owner = items[item]
    return owner === undefined || tag === undefined ? [] : refsOf(locationOf(cache, owner), tag).slice(0, 1)
  }
  const writers = waves
    .flat()
    .flatMap(({ leg: { id, name }, writes }) =>
      writes.flatMap((prefix) => refOf(prefix).map((ref) => [ref, { prefix, wave: { id, name } }] as const)),
    )
  return new Map(writers)
}

/** The wave leg that was to write one of these refs, for a job that waits for it: nobody waits for itself. */
const awaitedWave = (
  refs: readonly string[],
  waves: ReadonlyMap<string, WaveWriter>,
  writes: LegPart['writes'],
): LegPrefix['wave'] =>
  refs.flatMap((ref) => waves.get(ref) ?? []).find(({ prefix }) => writes?.has(prefix) === false)?.wave

/** Where this job and the plan see different things, in words. */
export const difference = (plan: Plan, planned: PlannedPrefix | undefined, own: Prefix): string => {
  if (planned === undefined) return 'the plan knows no such layer'
  const [first] = differingInputs(plannedInputs(planned, plan.contents), inputsOf(own))
  return first === undefined ? 'something below it differs' : `first of ${first.kind} ${first.name}`
}

/**
 * The plan's digest is over the same things, so a key that is another here has a cause in this job: most often a file that
 * is generated, or an umask that is not 022.
 */
const warnOfDifferences = (differences: readonly string[], io: Io): void => {
  const [first] = differences
  if (first === undefined) return
  const more = differences.length === 1 ? '' : ` (and ${differences.length - 1} more)`
  const message = `this job sees other inputs than its plan did: ${first}${more}; its own count. Is a file generated, or are contexts given to one of them alone?`
  io.actions.warning({ title: 'Plan and leg differ', message })
}

/** What the plan says of a prefix, and whether this job has the same key for it. */
type Counterpart = { readonly index?: number; readonly planned?: PlannedPrefix; readonly equal: boolean }

/** The prefix that the plan has for the same layer of a work item. */
export const counterpartOf = (plan: Plan, own: Prefix, plannedChain: readonly number[]): Counterpart => {
  const index = plannedChain.find((each) => plan.prefixes[each]?.layer === own.layer.layer)
  const planned = plan.prefixes[index ?? -1]
  if (index === undefined || planned === undefined) return { equal: false }
  return { index, planned, equal: planned.key === own.key }
}

/**
 * Whether a leg writes a prefix whose ref is not there: those that it was given to write, and those that nobody was given,
 * because the plan found their refs or a wave was to make them. Then they are everybody's to write.
 */
const isToWrite = (
  { index, planned, equal }: Counterpart,
  writes: LegPart['writes'],
  wave: LegPrefix['wave'],
): boolean =>
  !equal ||
  index === undefined ||
  writes === undefined ||
  writes.has(index) ||
  planned?.state === 'warm' ||
  wave !== undefined

/** Where a work item's cache is, and the prefixes that the plan gives it. */
type Place = { readonly location: CacheLocation; readonly plannedChain: readonly number[] }

/** The chains of a leg's work items with this job's own keys, and of each prefix what the plan says of it. */
export const legChains = (
  { plan, items, writes }: LegPart,
  { prefixes, tops }: LayerTree,
  io: Io,
): readonly LegChain[] => {
  const waves = waveWriters(plan)
  const differences = new Set<string>()
  const legPrefix = (own: Prefix, mode: LegPrefix['mode'], { location, plannedChain }: Place): LegPrefix => {
    const counterpart = counterpartOf(plan, own, plannedChain)
    const { planned, equal } = counterpart
    const { layer, variant } = own.layer
    if (!equal) differences.add(`${layer} ${variant}, ${difference(plan, planned, own)}`)
    const [ref = '', ...elsewhere] = refsOf(location, prefixTag(own))
    const wave = equal ? awaitedWave([ref, ...elsewhere], waves, writes) : undefined
    // Where the plan's key is another, its refs may still hold some of the steps.
    const others = equal || planned?.tag === undefined ? [] : refsOf(location, planned.tag)
    const mirrors = mirrorRefsOf(location, prefixTag(own))
    return {
      ...(mirrors.length === 0 ? {} : { mirrors }),
      ...{ key: own.key, ref, elsewhere, layer, variant, stage: layer.toLowerCase(), mode },
      ...{ writes: isToWrite(counterpart, writes, wave), imports: [...others, ...(planned?.imports ?? [])] },
      ...(wave === undefined ? {} : { wave }),
    }
  }
  const made = new Map<number, LegPrefix>()
  const chains = items.map(({ index: planned, item }, position): LegChain => {
    const location = locationOf(plan.cache, item)
    if (location.repositories.length === 0) return []
    const place = { location, plannedChain: chainOf(plan.prefixes, plan.tops[planned]) }
    const chain = chainOf(prefixes, tops[position])
    return chain.flatMap((index, height) => {
      // A ref holds all that is below, so one layer with auxiliary stages decides for those above, too.
      const mode = chain.slice(0, height + 1).some((each) => prefixes[each]?.content.auxiliary) ? 'max' : 'min'
      const own = prefixes[index]
      const prefix = made.get(index) ?? (own && legPrefix(own, mode, place))
      if (prefix !== undefined) made.set(index, prefix)
      return prefix ?? []
    })
  })
  warnOfDifferences([...differences], io)
  return chains
}
