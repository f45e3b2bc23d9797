import { hasLevels } from '../../factory/lint-levels.ts'
import type { WorkItem } from '../../factory/work-item.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { Finding } from '../../lint/finding.ts'
import { backendOf } from '../../layers/cache-place.ts'
import { leftOutItems } from '../../plan/image-subject.ts'
import { ownBranch } from '../../plan/branches.ts'
import { locationOf } from '../../plan/cache-location.ts'
import type { EarlierBuilds } from '../../plan/earlier.ts'
import { buildersOf, makePlan, type Plan } from '../../plan/plan.ts'
import type { PlanChanges } from '../../plan/plan-changes.ts'
import { dueProbes, type PlannedProbe } from '../../plan/probes.ts'
import { recordedItems } from '../../plan/recorded.ts'
import { findRollovers, type Rollover } from '../../plan/rollovers.ts'
import type { KeyedWork } from '../../plan/restrict.ts'
import { shareOut } from '../../plan/work-graph.ts'
import { forecastOf } from '../../plan/forecast.ts'
import type { MovedBase } from '../../report/base-texts.ts'
import type { PlanInputs, ScheduleInputs } from '../inputs.ts'
import { chooseWork } from './choose-work.ts'
import { findLint } from './find-lint.ts'
import { type Survey, surveyWork } from './survey.ts'

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
  /** Images that changed since the work items on them were built last. */
  readonly bases: readonly MovedBase[]
  /** What will be built again with time, whether it is planned now or not. */
  readonly rollovers: readonly Rollover[]
  /** What the linter has to say of the fragments, gravest first. */
  readonly findings: readonly Finding[]
}

/** How often prefixes of the work failed in a row, by key: a leg that sees one fail again counts on. */
const failuresOf = ({ prefixes }: KeyedWork, { failures }: EarlierBuilds): Pick<Plan, 'failures'> => {
  const known = prefixes.flatMap(({ key }) => {
    const failure = failures.get(key)
    return failure === undefined ? [] : [[key, failure.times] as const]
  })
  return known.length === 0 ? {} : { failures: Object.fromEntries(known) }
}

/** What this run asks, by the prefixes of the work that it is for. */
const probesOf = (work: KeyedWork, { factory: { layers }, earlier }: Survey, now: Date): readonly PlannedProbe[] =>
  dueProbes(work.prefixes, { now, layers, known: earlier.probes })

/** From the factory file to the plan, as of the given time. Both `plan` and a `build` without a plan file go this way. */
export const preparePlan = async (
  inputs: PlanInputs,
  context: Context,
  io: Io,
  plannedAt: Date = io.clock.now(),
): Promise<PreparedPlan> => {
  const survey = await surveyWork(inputs, plannedAt, context, io)
  const { work, changes, bases, held, published } = await chooseWork(survey, inputs, { context, now: plannedAt }, io)
  const { factory, expansion, images, files, earlier, all } = survey
  const prewarm = expansion.stable !== undefined
  const { cache } = survey.subject
  const isKept = (item: WorkItem): boolean => locationOf(cache, item).repositories.length > 0
  // A folder of one machine is not there on another one.
  const isShared = backendOf(cache.ref ?? '') !== 'local'
  const handsOn = cache.access.write && isShared && work.items.every(isKept)
  const schedule = shareOut(work, { cache, handsOn, prefixesOnly: prewarm }, scheduleOptions(inputs.schedule))
  const { bytes: _, ...planned } = work
  const recorded = recordedItems(work, earlier.records, ownBranch(context.event))
  const plan = makePlan({
    plannedAt: plannedAt.toISOString(),
    factory: inputs.factory,
    name: factory.name,
    ...(prewarm ? { prewarm } : {}),
    ...(inputs.changes.scope === 'canary' ? { canary: true } : {}),
    ...(inputs.changes.scope === 'probes' ? { probes: probesOf(work, survey, plannedAt) } : {}),
    context: factory.context,
    ...{ cache, builders: buildersOf(factory.pools), images, files, ...planned },
    ...{ excluded: expansion.excluded, aliases: expansion.aliases, ...published },
    ...(recorded.length === 0 ? {} : { recorded }),
    ...(held.length === 0 ? {} : { held }),
    ...failuresOf(work, earlier),
    ...(hasLevels(factory.lint) ? { lint: factory.lint } : {}),
    ...(prewarm ? {} : leftOutItems(all.items, work.items, [...published.unchanged, ...held])),
    forecast: forecastOf(planned, schedule),
    schedule,
    pools: factory.pools,
  })
  const whole = work === all ? plan : withAllWork(plan, all)
  return {
    plan,
    whole,
    bases,
    rollovers: findRollovers(all, factory.layers),
    findings: await findLint({ factory, items: all.items, fragments: survey.fragments }, inputs.lint, io),
    ...(changes === undefined ? {} : { changes }),
  }
}
