import { workItemName, type WorkItem } from '../factory/work-item.ts'
import { chainOf, type LayerTree } from '../layers/tree.ts'
import type { Plan } from './plan.ts'

/** What of an earlier plan is looked at. */
export type EarlierPlan = Pick<Plan, 'items' | 'tops' | 'prefixes'>

/**
 * For each prefix the tags of the refs that its layer had for the same work items in an earlier plan. A change to the
 * last step of a layer then does not run the steps before it again. Where the earlier prefix was cold itself and may
 * never have been built, what it imported comes after it.
 */
export const earlierTags = (
  items: readonly WorkItem[],
  { prefixes, tops }: LayerTree,
  earlier: EarlierPlan | undefined,
): ((prefix: number) => readonly string[]) => {
  if (earlier === undefined) return () => []
  const before = new Map(earlier.items.map((item, index) => [workItemName(item), earlier.tops[index]]))
  const found = prefixes.map(() => new Set<string>())
  for (const [index, item] of items.entries()) {
    const old = chainOf(earlier.prefixes, before.get(workItemName(item))).flatMap(
      (each) => earlier.prefixes[each] ?? [],
    )
    for (const prefix of chainOf(prefixes, tops[index])) {
      const name = prefixes[prefix]?.layer.layer
      const counterpart = old.find(({ layer }) => layer === name)
      for (const tag of [counterpart?.tag ?? [], counterpart?.imports ?? []].flat()) found[prefix]?.add(tag)
    }
  }
  return (prefix) => [...(found[prefix] ?? [])]
}
