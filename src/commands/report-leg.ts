import { join } from 'node:path'
import type { Io } from '../io/io.ts'
import type { Builder } from '../plan/builder.ts'
import { cacheFaults } from '../report/cache-faults.ts'
import type { Results, WorkItemResult } from '../report/results.ts'
import { workItemResult } from '../report/results-of.ts'
import { renderStepLines } from '../report/step-lines.ts'
import { renderSummary } from '../report/summary.ts'
import type { LegOutcome, TargetMetadata } from './bake-leg.ts'
import type { CommandResult } from './command.ts'
import type { WrittenLeg } from './write-leg.ts'
import type { LegWork } from './leg-work.ts'

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
    const target = `t${index}`
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

const resultsOf = (report: LegReport, finishedAt: string): Results => {
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

/** Provenance holds the values of arguments, so it stays out. */
const publicMetadata = ({ work, outcome }: LegReport): string => {
  const entries = work.items.flatMap(({ item }, index) => {
    const metadata = outcome.metadata[`t${index}`]
    if (metadata === undefined) return []
    const fields = Object.entries(metadata).filter(([key]) => !key.startsWith('buildx.build.provenance'))
    return [[`${item.manifestId} ${item.platform}`, Object.fromEntries(fields)] as const]
  })
  return JSON.stringify(Object.fromEntries(entries))
}

/** A failed step is an annotation on the line of the fragment that the user wrote. */
const annotate = ({ items }: Results, io: Io): void => {
  const told = new Set<string>()
  for (const { manifestId, platform, error } of items) {
    if (error === undefined) continue
    const where = `${error.file ?? ''}:${error.line ?? 0} ${error.message}`
    if (told.has(where)) continue
    told.add(where)
    const place = error.file === undefined ? {} : { place: { file: error.file, line: error.line ?? 1, column: 1 } }
    const tail = error.logTail.slice(-5).join('\n')
    io.actions.error({
      title: `${manifestId} (${platform}) failed`,
      message: [error.message, tail].join('\n').trim(),
      ...place,
    })
  }
}

const failureText = ({ items }: Results): { readonly failure?: string } => {
  const failed = items
    .filter(({ status }) => status !== 'built')
    .map(({ manifestId, platform }) => `${manifestId} (${platform})`)
  if (failed.length === 0) return {}
  return { failure: `${failed.length} of ${items.length} work items failed: ${failed.join(', ')}` }
}

/** Tells what the leg did: log, annotations, results file, job summary, outputs. */
export const reportLeg = async (report: LegReport, io: Io): Promise<CommandResult> => {
  const results = resultsOf(report, io.clock.now().toISOString())
  const { folder } = report.written
  const file = join(folder, 'results.json')
  await io.files.write(file, `${JSON.stringify(results, null, 2)}\n`)
  for (const item of results.items) {
    const { title, lines } = renderStepLines(item)
    io.actions.group(title, lines)
  }
  annotate(results, io)
  const faults = cacheFaults(results.items)
  if (faults !== undefined) io.actions.warning({ title: 'Cache', message: faults })
  await io.actions.summary(renderSummary(results))
  const digest = results.items.length === 1 ? (results.items[0]?.digest ?? '') : ''
  return {
    outputs: {
      digest,
      metadata: publicMetadata(report),
      results: file,
      'cached-steps': String(results.cachedSteps),
      'total-steps': String(results.totalSteps),
      'cache-hit-ratio': String(results.cacheHitRatio),
      'steps-run': String(results.stepsRun),
      'rendered-path': folder,
    },
    ...failureText(results),
  }
}
