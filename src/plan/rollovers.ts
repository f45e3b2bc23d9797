import type { Layer } from '../factory/factory.ts'
import { chainOf } from '../layers/tree.ts'
import { remember } from '../remember.ts'
import { periodEnd } from './epochs.ts'
import type { Plan } from './plan.ts'
import type { PlannedPrefix } from './prefixes.ts'

/** A layer that is built again when its period is over, and what goes with it. */
export type Rollover = {
  readonly layer: string
  readonly variant: string
  /** ISO 8601, UTC. */
  readonly since: string
  readonly until: string
  /** Steps of the layer and of those above it, on all platforms, each once. */
  readonly steps: number
  readonly manifests: number
  /** Expected time of those steps, ms. */
  readonly costMs: number
}

/** What rollovers are found in. */
export type RolloverSources = Pick<Plan, 'items' | 'tops' | 'prefixes' | 'contents'>

type Group = { readonly prefixes: Set<number>; readonly manifests: Set<string>; readonly since: string }

/** Prefixes that are built again with each variant of these layers: its own, and those above. */
const groupPrefixes = (
  { items, tops, prefixes }: RolloverSources,
  layers: ReadonlyMap<string, number>,
): ReadonlyMap<string, Group> => {
  const groups = new Map<string, Group>()
  for (const [index, item] of items.entries()) {
    const chain = chainOf(prefixes, tops[index])
    for (const [position, prefix] of chain.entries()) {
      const { layer = '', variant = '' } = prefixes[prefix] ?? {}
      const since = layers.has(layer) ? item.layers.find((each) => each.layer === layer)?.epoch : undefined
      if (since === undefined) continue
      const name = JSON.stringify([layer, variant])
      const group = remember(groups, name, () => ({ prefixes: new Set<number>(), manifests: new Set<string>(), since }))
      for (const above of chain.slice(position)) group.prefixes.add(above)
      group.manifests.add(item.manifestId)
    }
  }
  return groups
}

/** For each layer with an age what its next rollover builds again, the next one first; nobody knows when a probe asks for one. */
export const findRollovers = (
  sources: RolloverSources,
  layers: readonly Pick<Layer, 'name' | 'maxAge' | 'probe'>[],
): readonly Rollover[] => {
  const ages = new Map(
    layers.flatMap(({ name, maxAge, probe }) =>
      maxAge === undefined || probe !== undefined ? [] : [[name, maxAge] as const],
    ),
  )
  // Most factories have none, and large ones have many work items.
  if (ages.size === 0) return []
  const { prefixes, contents } = sources
  const sum = (of: Group, value: (prefix: PlannedPrefix) => number): number =>
    [...of.prefixes].reduce((total, index) => total + (prefixes[index] === undefined ? 0 : value(prefixes[index])), 0)
  return [...groupPrefixes(sources, ages)]
    .map(([name, group]): Rollover => {
      const [layer = '', variant = ''] = JSON.parse(name) as readonly string[]
      return {
        ...{ layer, variant, since: group.since, until: periodEnd(group.since, ages.get(layer) ?? 0) },
        steps: sum(group, ({ content }) => contents[content]?.steps ?? 0),
        manifests: group.manifests.size,
        costMs: sum(group, ({ costMs }) => costMs),
      }
    })
    .toSorted((a, b) => (a.until < b.until ? -1 : a.until > b.until ? 1 : 0))
}
