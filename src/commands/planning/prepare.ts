import type { WorkItem } from '../../factory/work-item.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { backendOf } from '../../layers/cache-place.ts'
import { ownBranch } from '../../plan/branches.ts'
import { locationOf } from '../../plan/cache-location.ts'
import { buildersOf, makePlan, type Plan } from '../../plan/plan.ts'
import type { PlanChanges } from '../../plan/plan-changes.ts'
import { publishedKey } from '../../plan/published-key.ts'
import { recordedItems } from '../../plan/recorded.ts'
import { restrictWork, type KeyedWork } from '../../plan/restrict.ts'
import { shareOut } from '../../plan/work-graph.ts'
import { findForced } from '../../plan/forced.ts'
import { forecastOf } from '../../plan/forecast.ts'
import type { PlanInputs, ScheduleInputs } from '../inputs.ts'
import { findUnchanged } from './find-unchanged.ts'
import { chooseItems, findChanges } from './plan-changes.ts'
import { surveyWork, type Survey } from './survey.ts'

const MINUTE = 60_000
const GIB = 1024 ** 3

/** A leg's start: a runner is found, the job is set up, the repository checked out, BuildKit booted; ms. */
const LEG_START_MS = 30_000

/** Targets of one bake call; each is a solve of its own that BuildKit keeps in memory. */
const MAX_LEG_TARGETS = 200

const scheduleOptions = ({ maxLegs, shards, maxLegMinutes, maxLegGib, ...rest }: ScheduleInputs) => ({
  ...rest,
  maxLegs: maxLegs * shards,
  maxLegMs: maxLegMinutes * MINUTE,
  maxLegBytes: maxLegGib * GIB,
  ...{ maxLegTargets: MAX_LEG_TARGETS, legStartMs: LEG_START_MS },
})

/** The plan with the work that it leaves out, and without legs, which would not be those of all work. */
const withAllWork = (plan: Plan, { items, tops, imageKeys, prefixes, contents }: KeyedWork): Plan => ({
  ...plan,
  ...{ items, tops, imageKeys, prefixes, contents, waves: [], legs: [] },
})

/** A plan of what shall be built, and what it is a part of. */
export type PreparedPlan = {
  readonly plan: Plan
  /** With all work items, without legs unless it is the same: what later runs compare with. */
  readonly whole: Plan
  /** What changed since an earlier plan, where somebody asks. */
  readonly changes?: PlanChanges
}

/** What of the work is built, and what speaks for leaving the rest out. */
type Choice = {
  readonly work: KeyedWork
  readonly changes: PlanChanges | undefined
  readonly published: Pick<Plan, 'unchanged' | 'publishedKeys'>
}

const chooseWork = async (
  { factory, expansion, subject, files, all }: Survey,
  inputs: PlanInputs,
  context: Context,
  io: Io,
): Promise<Choice> => {
  const compared = { ...all, files, context: factory.context, aliases: expansion.aliases }
  const changes = await findChanges(compared, inputs.changes, { subject, context, io })
  const { items: forced, unmatched } = findForced(expansion, inputs.changes.force)
  for (const pattern of unmatched) {
    io.actions.warning({ message: `force: no manifest matches ${JSON.stringify(pattern)}` })
  }
  const chosen = chooseItems(compared, changes, inputs.changes, forced)
  const restrict = (kept: readonly number[]): KeyedWork =>
    kept.length === all.items.length ? all : restrictWork(all, kept)
  if (!inputs.skipUnchanged) return { work: restrict(chosen), changes, published: { unchanged: [] } }
  const keys = all.imageKeys.map((key) => publishedKey(key, inputs.additions))
  const { unchanged, kept } = await findUnchanged(all.items, keys, chosen, { tags: inputs.tags, forced }, io)
  const publishedKeys = kept.flatMap((index) => keys[index] ?? [])
  return { work: restrict(kept), changes, published: { unchanged, publishedKeys } }
}

/** From the factory file to the plan. Both `plan` and a `build` without a plan file go this way. */
export const preparePlan = async (inputs: PlanInputs, context: Context, io: Io): Promise<PreparedPlan> => {
  const survey = await surveyWork(inputs, context, io)
  const { work, changes, published } = await chooseWork(survey, inputs, context, io)
  const { factory, expansion, images, files, records, all } = survey
  const { cache } = survey.subject
  const isKept = (item: WorkItem): boolean => locationOf(cache, item).repositories.length > 0
  // A folder of one machine is not there on another one.
  const isShared = backendOf(cache.ref ?? '') !== 'local'
  const handsOn = cache.access.write && isShared && work.items.every(isKept)
  const schedule = shareOut(work, { cache, handsOn }, scheduleOptions(inputs.schedule))
  const { bytes: _, ...planned } = work
  const recorded = recordedItems(work, records, ownBranch(context.event))
  const plan = makePlan({
    plannedAt: io.clock.now().toISOString(),
    factory: inputs.factory,
    name: factory.name,
    context: factory.context,
    ...{ cache, builders: buildersOf(factory.pools), images, files, ...planned },
    ...{ excluded: expansion.excluded, aliases: expansion.aliases, ...published },
    ...(recorded.length === 0 ? {} : { recorded }),
    forecast: forecastOf(planned, schedule),
    schedule,
    pools: factory.pools,
  })
  return { plan, whole: work === all ? plan : withAllWork(plan, all), ...(changes === undefined ? {} : { changes }) }
}
