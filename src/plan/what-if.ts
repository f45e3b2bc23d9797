import type { WorkItem, WorkLayer } from '../factory/work-item.ts'
import type { ChangeGroup } from './changes.ts'

/** What a change would have touched, had it been made one layer further up. */
export type WhatIf = {
  /** Where it was made: `core/py312`. */
  readonly label: string
  /** Where it could be made: `light/0.1.0`; several variants when they share a fragment. */
  readonly instead: readonly string[]
  /** Work items that it touched, and those that it would touch there. */
  readonly before: number
  readonly after: number
}

const MAX_HINTS = 3

/** A change that is not at least so many times smaller is not worth the work. */
const MIN_GAIN = 2

const nextUp = ({ layers }: WorkItem, name: string | undefined): WorkLayer | undefined => {
  const position = layers.findIndex(({ layer }) => layer === name)
  return layers.slice(position + 1).find(({ fragment }) => fragment !== undefined)
}

/** For each fragment the work items that it is part of, and the variants that it is the fragment of. */
const usesOfFragments = (items: readonly WorkItem[]) => {
  const uses = new Map<string, { items: number; readonly labels: Set<string> }>()
  for (const { layers } of items) {
    for (const { fragment, layer, variant } of layers) {
      if (fragment === undefined) continue
      const use = uses.get(fragment) ?? { items: 0, labels: new Set<string>() }
      use.items += 1
      use.labels.add(`${layer}/${variant}`)
      uses.set(fragment, use)
    }
  }
  return uses
}

/**
 * Where the largest changes would have touched less. For each group whose cause lies in a fragment, with its arguments and
 * files, it looks at the fragments that its work items have in the next layer up. Had the changed instruction stood in
 * one of those, because only what has this fragment needs it, the change would have touched exactly the work items with
 * this fragment, whatever they stand on. The smallest such number counts, when it is at most half. At most three, in the
 * order of the groups.
 */
export const findWhatIfs = (items: readonly WorkItem[], groups: readonly ChangeGroup[]): readonly WhatIf[] => {
  const uses = usesOfFragments(items)
  return groups
    .filter(({ movable }) => movable)
    .flatMap(({ label, layer, items: touched }): readonly WhatIf[] => {
      const above = touched.flatMap((index) => {
        const item = items[index]
        return item === undefined ? [] : (nextUp(item, layer)?.fragment ?? [])
      })
      const [best] = [...new Set(above)]
        .flatMap((fragment) => uses.get(fragment) ?? [])
        .toSorted((a, b) => a.items - b.items)
      if (best === undefined || best.items * MIN_GAIN > touched.length) return []
      return [{ label, instead: [...best.labels], before: touched.length, after: best.items }]
    })
    .slice(0, MAX_HINTS)
}
