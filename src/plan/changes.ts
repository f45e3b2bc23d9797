import { workItemName } from '../factory/work-item.ts'
import {
  type Cause,
  causesOf,
  type ComparedPlan,
  isChanged,
  NEW_ITEM,
  NO_BASE,
  type PlacedItem,
  rememberLayers,
} from './causes.ts'

/** Whether a work item changed, by its index into the plan's items, and why. */
export type ItemChange = { readonly index: number; readonly changed: boolean; readonly causes: readonly Cause[] }

/** A cause, and all work items that it changes, by index. */
export type ChangeGroup = Cause & { readonly items: readonly number[] }

/** What is different between a plan and an earlier one. */
export type PlanComparison = {
  /** In the order of the plan's work items. */
  readonly items: readonly ItemChange[]
  /** Causes by the number of work items that they change, most first. An item with several causes is in several. */
  readonly groups: readonly ChangeGroup[]
  /** Work items that only the earlier plan has, as `<manifest_id> <platform>`. */
  readonly gone: readonly string[]
}

const placedItems = (plan: ComparedPlan): ReadonlyMap<string, PlacedItem> =>
  new Map(plan.items.map((item, index) => [workItemName(item), { plan, index, item }]))

const groupChanges = (items: readonly ItemChange[]): readonly ChangeGroup[] => {
  const groups = new Map<string, { readonly cause: Cause; readonly indices: number[] }>()
  for (const { index, causes } of items) {
    for (const cause of causes) {
      const key = JSON.stringify([cause.label, cause.layer, cause.variant, cause.reasons])
      const group = groups.get(key) ?? { cause, indices: [] }
      group.indices.push(index)
      groups.set(key, group)
    }
  }
  return [...groups.values()]
    .map(({ cause, indices }) => ({ ...cause, items: indices }))
    .toSorted((a, b) => b.items.length - a.items.length)
}

/**
 * Which work items of a plan make other images than those of an earlier plan, and why. They are matched by manifest and
 * platform. Without an earlier plan everything changed.
 */
export const comparePlans = (current: ComparedPlan, base: ComparedPlan | undefined): PlanComparison => {
  const before = base === undefined ? new Map<string, PlacedItem>() : placedItems(base)
  const describe = rememberLayers()
  const items = current.items.map((item, index): ItemChange => {
    const old = before.get(workItemName(item))
    if (old === undefined) return { index, changed: true, causes: [base === undefined ? NO_BASE : NEW_ITEM] }
    const now = { plan: current, index, item }
    if (!isChanged(old, now)) return { index, changed: false, causes: [] }
    return { index, changed: true, causes: causesOf(old, now, describe) }
  })
  const names = new Set(current.items.map(workItemName))
  return { items, groups: groupChanges(items), gone: [...before.keys()].filter((name) => !names.has(name)) }
}
