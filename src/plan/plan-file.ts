import type { Plan } from './plan.ts'
import { createItemEncoder, decodeItems, type PlannedItems } from './planned-items.ts'

/** Media type of a plan that is kept in a registry: gzip of the plan file. */
export const PLAN_TYPE = 'application/vnd.strata.plan.v1+gzip'

/** A plan as it is written to the plan file; `schema/plan.schema.json` describes it. */
export type PlanFile = Omit<Plan, 'items'> & PlannedItems

/** The plan with each layer said once. */
export const encodePlan = ({ items, ...plan }: Plan): PlanFile => {
  const { layers, encode } = createItemEncoder(items)
  return { ...plan, layers, items: items.map(encode) }
}

/** The plan of a plan file, its layers put back into its work items. */
export const decodePlan = ({ layers, items, ...plan }: PlanFile): Plan => ({
  ...plan,
  items: decodeItems({ layers, items }),
})

/** Elements of a list that are written at once. */
const PIECE = 50

const renderList = function* <T>(list: readonly T[], encode: (value: T) => unknown): Generator<string> {
  yield '['
  for (let start = 0; start < list.length; start += PIECE) {
    const text = JSON.stringify(list.slice(start, start + PIECE).map(encode))
    yield `${start === 0 ? '' : ','}${text.slice(1, -1)}`
  }
  yield ']'
}

/** The text of the plan file in pieces, since that of a large plan is too much to hold as a whole. */
export const renderPlanFile = function* ({ items, ...plan }: Plan): Generator<string> {
  const { layers, encode } = createItemEncoder(items)
  let before = '{'
  for (const [name, value] of Object.entries({ ...plan, layers })) {
    yield `${before}${JSON.stringify(name)}:`
    if (Array.isArray(value)) yield* renderList(value, (each: unknown) => each)
    else yield JSON.stringify(value)
    before = ','
  }
  yield ',"items":'
  yield* renderList(items, encode)
  yield '}\n'
}
