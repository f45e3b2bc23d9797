import { expandFactory } from '../factory/expand.ts'
import type { WorkItem } from '../factory/work-item.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { decideCacheAccess } from '../plan/access.ts'
import { planCache } from '../plan/cache.ts'
import { imagesOf, type ImageNeed } from '../plan/images.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import { collectProblems } from '../problem.ts'
import { stitch } from '../render/dockerfile.ts'
import type { PlanInputs } from './inputs.ts'
import { resolveImages } from './resolve-images.ts'
import { readFactory, readFragments } from './sources.ts'

/** What the work items need of registries. Stitching tells, since arguments can be part of an image's name. */
const neededImages = (items: readonly WorkItem[], fragments: ReadonlyMap<string, Fragment>): readonly ImageNeed[] => {
  const named = collectProblems(items, (item) => ({ item, images: stitch(item, fragments, {}).images }))
  return imagesOf(named, fragments)
}

/** Work items whose fragments can copy from these contexts, too. They are the job's own, so a plan never has them. */
export const withContexts = (
  items: readonly WorkItem[],
  given: Readonly<Record<string, string>>,
): readonly WorkItem[] =>
  items.map((item) => {
    const layers = item.layers.map((layer) =>
      layer.fragment === undefined ? layer : { ...layer, contexts: { ...layer.contexts, ...given } },
    )
    return { ...item, layers }
  })

/** From the factory file to the plan. Both `plan` and a `build` without a plan file go this way. */
export const preparePlan = async (inputs: PlanInputs, context: Context, io: Io): Promise<Plan> => {
  const factory = await readFactory(inputs.factory, io)
  const expansion = expandFactory(factory, {
    ...(inputs.only.length === 0 ? {} : { only: inputs.only }),
    base: inputs.base,
    ...(inputs.platforms.length === 0 ? {} : { platforms: inputs.platforms }),
    ...(inputs.registry === undefined ? {} : { registry: inputs.registry }),
  })
  const items = withContexts(expansion.items, inputs.buildContexts)
  const fragments = await readFragments(items, io)
  return makePlan({
    plannedAt: io.clock.now().toISOString(),
    factory: inputs.factory,
    name: factory.name,
    context: factory.context,
    cache: planCache(factory, expansion.items, inputs, decideCacheAccess(context.event)),
    images: await resolveImages(neededImages(items, fragments), io),
    expansion,
    pools: factory.pools,
  })
}
