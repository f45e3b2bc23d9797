import type { WorkItem, WorkLayer } from '../factory/work-item.ts'
import type { Plan } from './plan.ts'

/** A work item whose layers are indices into the list of layers: most layers are the same in many. */
export type PlannedItem = Omit<WorkItem, 'layers'> & { readonly layers: readonly number[] }

/** A plan as it is written to the plan file; `schema/plan.schema.json` describes it. */
export type PlanFile = Omit<Plan, 'items'> & {
  readonly layers: readonly WorkLayer[]
  readonly items: readonly PlannedItem[]
}

/** The plan with each layer said once. */
export const encodePlan = ({ items, ...plan }: Plan): PlanFile => {
  const positions = new Map<WorkLayer, number>()
  const indexOf = (layer: WorkLayer): number => {
    const index = positions.get(layer) ?? positions.size
    positions.set(layer, index)
    return index
  }
  const planned = items.map((item): PlannedItem => ({ ...item, layers: item.layers.map(indexOf) }))
  return { ...plan, layers: [...positions.keys()], items: planned }
}

/** The plan of a plan file, its layers put back into its work items. */
export const decodePlan = ({ layers, items, ...plan }: PlanFile): Plan => ({
  ...plan,
  items: items.map((item) => ({ ...item, layers: item.layers.flatMap((index) => layers[index] ?? []) })),
})
