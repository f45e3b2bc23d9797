import { expandFactory } from '../../factory/expand.ts'
import type { Factory } from '../../factory/factory.ts'
import type { Expansion } from '../../factory/work-item.ts'
import { stableWork, type StableWork } from '../../plan/stable-work.ts'
import { inputError } from '../../problem.ts'
import type { PlanInputs } from '../inputs.ts'

/** What a plan can be about: all work items, or the stacks of stable layers that they begin with. */
export type Subjects = Expansion & { readonly stable?: StableWork }

const expandAll = (factory: Factory, inputs: PlanInputs): Expansion =>
  expandFactory(factory, {
    ...(inputs.only.length === 0 ? {} : { only: inputs.only }),
    base: inputs.base,
    ...(inputs.platforms.length === 0 ? {} : { platforms: inputs.platforms }),
    ...(inputs.registry === undefined ? {} : { registry: inputs.registry }),
  })

/** What the inputs ask for. Throws an InputError where scope is `stable` and no layer is. */
export const expandSubjects = (factory: Factory, inputs: PlanInputs): Subjects => {
  const all = expandAll(factory, inputs)
  if (inputs.changes.scope !== 'stable') return all
  const stable = stableWork(all.items, factory.layers)
  if (stable.items.length === 0) {
    const hint = 'set `stable: true` on the lowest layers, which change least'
    throw inputError('scope is stable, and no layer of the factory file is', { hint })
  }
  return { items: stable.items, excluded: [], aliases: {}, stable }
}
