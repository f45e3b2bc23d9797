import type { WorkItem } from '../factory/work-item.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { parseReference, repositoryOf } from '../oci/reference.ts'
import { decideCacheAccess, noCacheAccess, weakerAccess, type CacheAccess } from '../plan/access.ts'
import { nameImages } from '../plan/image-names.ts'
import { findLeg, type LegStamp, parseLeg } from '../plan/parse-plan.ts'
import type { Plan } from '../plan/plan.ts'
import { collectProblems, inputError } from '../problem.ts'
import { stitch } from '../render/dockerfile.ts'
import type { LegCache, RenderItem } from '../render/leg.ts'
import type { BuildInputs } from './inputs.ts'
import { obtainPlan } from './obtain-plan.ts'
import { withContexts } from './prepare.ts'
import { readFragments } from './sources.ts'

/** What one leg builds. */
export type LegWork = {
  readonly plan: Plan
  /** Id of the leg; absent when all work items are built. */
  readonly leg?: string
  readonly items: readonly RenderItem[]
  readonly fragments: ReadonlyMap<string, Fragment>
  readonly cache: LegCache
}

type Selected = { readonly leg?: string; readonly items: readonly WorkItem[] }

const selectItems = (plan: Plan, leg: LegStamp | undefined, io: Io): Selected => {
  if (leg === undefined) return { items: plan.items }
  const { id, digest } = leg
  if (digest !== undefined && digest !== plan.digest) {
    const message = `leg ${id} was planned as ${digest} and its plan is now ${plan.digest}: an image, a file or an input changed`
    io.actions.warning({ message })
  }
  return { leg: id, items: findLeg(plan, id).items.flatMap((index) => plan.items[index] ?? []) }
}

/** What both the plan's event and this run's own have earned, less what inputs take away. */
const accessOf = (plan: Plan, inputs: BuildInputs, context: Context): CacheAccess => {
  if (!inputs.cache) return noCacheAccess('caching is turned off by input')
  if (!context.useBuildx) return noCacheAccess('USE_BUILDX=0 builds without cache refs')
  return weakerAccess(decideCacheAccess(context.event), plan.cache.access)
}

const cacheOf = (plan: Plan, inputs: BuildInputs, context: Context): LegCache => {
  const reference = plan.cache.ref === undefined ? undefined : parseReference(plan.cache.ref)
  const tag = reference?.tag === undefined ? {} : { tag: reference.tag }
  return {
    strategy: plan.cache.strategy,
    access: accessOf(plan, inputs, context),
    from: inputs.cacheFrom,
    to: inputs.cacheTo,
    ...(reference === undefined ? {} : { location: { repository: repositoryOf(reference), ...tag } }),
  }
}

/** Whether the first part of a name is a host, as Docker tells one (distribution/reference, `splitDockerDomain`). */
const hasRegistry = (image: string): boolean => /^(?:localhost|[^/]*[.:][^/]*)\//.test(image)

const checkPush = (items: readonly RenderItem[], { push }: BuildInputs): void => {
  const homeless = items.find(({ images }) => images.some((image) => !hasRegistry(image)))
  if (!push || homeless === undefined) return
  const found = `input push is true and ${homeless.images.join(', ')} has no registry to be pushed to`
  throw inputError(found, { expected: 'registry in the factory file, or input registry' })
}

/** The plan and the part of it that this leg builds, stitched. */
export const selectWork = async (inputs: BuildInputs, context: Context, io: Io): Promise<LegWork> => {
  const given = inputs.leg === undefined ? undefined : parseLeg(inputs.leg)
  const plan = await obtainPlan(inputs, given, context, io)
  const selected = selectItems(plan, given, io)
  const workItems = withContexts(selected.items, inputs.buildContexts)
  const fragments = await readFragments(workItems, io)
  const pins = Object.fromEntries(plan.images.map(({ reference, pinned }) => [reference, pinned]))
  const names = nameImages(workItems, inputs.tags)
  const items = collectProblems(workItems, (item, index): RenderItem => {
    const dockerfile = stitch(item, fragments, pins)
    return { item, dockerfile, images: names[index] ?? [] }
  })
  checkPush(items, inputs)
  const leg = selected.leg === undefined ? {} : { leg: selected.leg }
  return { plan, ...leg, items, fragments, cache: cacheOf(plan, inputs, context) }
}
