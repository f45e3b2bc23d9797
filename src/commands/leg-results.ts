import type { Builder } from '../plan/builder.ts'
import type { Results, WorkItemResult } from '../report/results.ts'
import { workItemResult } from '../report/results-of.ts'
import type { LegOutcome, TargetMetadata } from './bake-leg.ts'
import type { LegWork } from './leg-work.ts'
import type { WrittenLeg } from './write-leg.ts'

/** What built the leg. */
export type UsedBuilder = { readonly builder: Pick<Builder, 'name' | 'driver' | 'buildkit'>; readonly buildx: string }

/** Everything that is known of a leg when it is done. */
export type LegReport = {
  readonly work: LegWork
  readonly written: WrittenLeg
  readonly outcome: LegOutcome
  readonly used: UsedBuilder
  /** ISO 8601, UTC. */
  readonly startedAt: string
}

const textField = (metadata: TargetMetadata | undefined, name: string): string | undefined => {
  const value = metadata?.[name]
  return typeof value === 'string' ? value : undefined
}

/** Buildx names the digest of a cache export that arrived. A collector writes for all targets of its platform. */
const isExported = ({ rendered }: WrittenLeg, { metadata }: LegOutcome, target: string): boolean =>
  [target, ...rendered.collectors.filter(({ leaves }) => leaves.includes(target)).map(({ name }) => name)].some(
    (name) => textField(metadata[name], 'cache.manifest') !== undefined,
  )

const itemResults = ({ work, written, outcome }: LegReport): readonly WorkItemResult[] =>
  work.items.map(({ item, images }, index) => {
    const target = written.rendered.targets[index]?.name ?? ''
    const result = outcome.result.targets.find((each) => each.target === target)
    const digest = textField(outcome.metadata[target], 'containerimage.digest')
    const failure = outcome.failed.get(target)
    return workItemResult({
      item,
      images,
      aliases: work.plan.aliases[item.manifestId] ?? [],
      refs: written.rendered.refs[index] ?? { from: [], to: [] },
      exported: isExported(written, outcome, target),
      ...(result === undefined ? {} : { result }),
      ...(digest === undefined ? {} : { digest }),
      ...(failure === undefined ? {} : { failure }),
    })
  })

const sum = (items: readonly WorkItemResult[], count: (item: WorkItemResult) => number): number =>
  items.reduce((total, item) => total + count(item), 0)

/** What a leg did, in figures. */
export const legResults = (report: LegReport, finishedAt: string): Results => {
  const { work, outcome, used, startedAt } = report
  const items = itemResults(report)
  const totalSteps = sum(items, (item) => item.totalSteps)
  const cachedSteps = sum(items, (item) => item.cachedSteps)
  return {
    version: 1,
    startedAt,
    finishedAt,
    factory: work.plan.factory,
    name: work.plan.name,
    ...(work.leg === undefined ? {} : { leg: work.leg }),
    builder: {
      name: used.builder.name,
      driver: used.builder.driver,
      buildkit: used.builder.buildkit ?? 'unknown',
      buildx: used.buildx,
    },
    cache: { strategy: work.plan.cache.strategy, access: work.cache.access },
    items,
    totalSteps,
    cachedSteps,
    cacheHitRatio: totalSteps === 0 ? 1 : cachedSteps / totalSteps,
    stepsRun: outcome.result.unique.total - outcome.result.unique.cached,
    excluded: work.plan.excluded,
  }
}

/** What Buildx wrote of each work item, as JSON. Provenance holds the values of arguments, so it stays out. */
export const publicMetadata = ({ work, written, outcome }: LegReport): string => {
  const entries = work.items.flatMap(({ item }, index) => {
    const metadata = outcome.metadata[written.rendered.targets[index]?.name ?? '']
    if (metadata === undefined) return []
    const fields = Object.entries(metadata).filter(([key]) => !key.startsWith('buildx.build.provenance'))
    return [[`${item.manifestId} ${item.platform}`, Object.fromEntries(fields)] as const]
  })
  return JSON.stringify(Object.fromEntries(entries))
}
