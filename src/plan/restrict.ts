import type { ImageKey } from '../layers/image-key.ts'
import { chainOf } from '../layers/tree.ts'
import type { PrefixedWork } from './plan-prefixes.ts'
import type { PlannedPrefix } from './prefixes.ts'

/** A plan's work with what its images are made of. */
export type KeyedWork = PrefixedWork & { readonly imageKeys: readonly ImageKey[] }

/** New numbers for the old ones that stay, in their order. */
const renumber = (kept: Iterable<number>): ReadonlyMap<number, number> =>
  new Map([...new Set(kept)].sort((a, b) => a - b).map((old, index) => [old, index]))

const pick = <T>(list: readonly T[], indices: Iterable<number>): readonly T[] =>
  [...indices].flatMap((index) => {
    const value = list[index]
    return value === undefined ? [] : [value]
  })

/**
 * Some work items of a plan's work, by index, and the prefixes that they have. What is known of a prefix stays as it is:
 * a ref that covers it does so whether the work items above it are built or not.
 */
export const restrictWork = (work: KeyedWork, kept: readonly number[]): KeyedWork => {
  const chains = kept.map((index) => chainOf(work.prefixes, work.tops[index]))
  const numbers = renumber(chains.flat())
  const contents = renumber(pick(work.prefixes, numbers.keys()).map(({ content }) => content))
  const first = new Map<number, number>()
  for (const [item, chain] of chains.entries()) for (const index of chain) first.set(index, first.get(index) ?? item)
  const prefixes = [...numbers.keys()].flatMap((old): readonly PlannedPrefix[] => {
    const prefix = work.prefixes[old]
    if (prefix === undefined) return []
    const { parent, ...rest } = prefix
    const moved = { item: first.get(old) ?? -1, content: contents.get(prefix.content) ?? -1 }
    return [{ ...(parent === undefined ? {} : { parent: numbers.get(parent) ?? -1 }), ...rest, ...moved }]
  })
  return {
    items: pick(work.items, kept),
    tops: chains.map((chain) => numbers.get(chain.at(-1) ?? -1) ?? null),
    imageKeys: pick(work.imageKeys, kept),
    prefixes,
    contents: pick(work.contents, contents.keys()),
    bytes: pick(work.bytes, numbers.keys()),
  }
}
