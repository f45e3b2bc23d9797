import { type WorkItem, workItemName } from '../../factory/work-item.ts'
import { backendOf } from '../../layers/cache-place.ts'
import type { Platform } from '../../oci/platform.ts'
import type { Builder } from '../../plan/builder-platforms.ts'
import type { RecordTest } from '../../records/record.ts'
import type { CacheExport, CacheMountsResult, Disagreement, Results, WorkItemResult } from '../../report/results.ts'
import type { Failure } from '../../progress/failures.ts'
import type { RenderItem } from '../../render/leg.ts'
import { workItemResult } from '../../report/results-of.ts'
import { maskSecrets, type RenderedSecrets } from './secrets.ts'
import type { LegOutcome, TargetMetadata } from './bake-leg.ts'
import type { KnownRefs } from './decide-cache.ts'
import type { DroppedItem, LegWork } from './leg-work.ts'
import type { WrittenLeg } from './write-leg.ts'

/** What built the leg. */
export type UsedBuilder = {
  readonly builder: Pick<Builder, 'name' | 'driver' | 'buildkit'>
  readonly buildx: string
  readonly emulated: readonly Platform[]
}

/** A leg that was built, as far as it could be. */
export type BuiltLeg = {
  readonly work: LegWork
  /** Work items that were left out because a wave had failed. */
  readonly dropped: readonly DroppedItem[]
  readonly written: WrittenLeg
  readonly outcome: LegOutcome
  readonly disagreed: Disagreement
  /** What came of tests, by name of the target. */
  readonly tests?: ReadonlyMap<string, RecordTest>
  /** What keeping cache mounts brought; absent when nothing was to be kept. */
  readonly cacheMounts?: CacheMountsResult
  /** Cache refs that were there when the build started. */
  readonly known: KnownRefs
  readonly used: UsedBuilder
}

/** Everything that is known of a leg when it is done. */
export type LegReport = BuiltLeg & {
  /** ISO 8601, UTC. */
  readonly startedAt: string
}

const textField = (metadata: TargetMetadata | undefined, name: string): string | undefined => {
  const value = metadata?.[name]
  return typeof value === 'string' ? value : undefined
}

/** Buildx names the digest of a cache export that arrived. */
const isExported = ({ metadata }: Pick<LegOutcome, 'metadata'>, target: string): boolean =>
  textField(metadata[target], 'cache.manifest') !== undefined

/**
 * Whether a ref was written. Buildx names the digest of what arrived in a registry or a folder; an Actions cache has none,
 * and there BuildKit says when it failed; an inline cache is part of the image.
 */
export const isArrived = ({ result, metadata }: LegOutcome, ref: string, writer: string): boolean => {
  const backend = backendOf(ref)
  if (backend === 'registry' || backend === 'local') return isExported({ metadata }, writer)
  if (backend === 'inline') return textField(metadata[writer], 'containerimage.digest') !== undefined
  const { exports = [] } = result.targets.find(({ target }) => target === writer) ?? {}
  const caches = exports.filter((each) => each.of === 'cache')
  return caches.length > 0 && caches.every(({ error }) => error === undefined)
}

/** The refs that were written for each work item: its own, and those of prefixes that are built of its Dockerfile. */
const exportsOf = ({ written: { rendered }, outcome }: LegReport, index: number): readonly CacheExport[] => {
  const prefixes = rendered.refs.prefixes.filter(({ item }) => item === index)
  const writes = [...(rendered.refs.items[index]?.to ?? []), ...prefixes]
  return writes.map(({ ref }) => {
    const writer = rendered.writers.get(ref) ?? ''
    const { exports = [] } = outcome.result.targets.find(({ target }) => target === writer) ?? {}
    const error = exports.find((each) => each.of === 'cache' && each.error !== undefined)?.error
    return { ref, written: isArrived(outcome, ref, writer), ...(error === undefined ? {} : { error }) }
  })
}

/** What a failed step printed goes into summary, results and records, none of which the runner masks for us. */
const masked = (failure: Failure | undefined, secrets: RenderedSecrets): Failure | undefined =>
  failure && {
    ...failure,
    error: maskSecrets(failure.error, secrets),
    logTail: failure.logTail.map((line) => maskSecrets(line, secrets)),
  }

/** Where an image was pushed or loaded: by digest, until it is published, where its tags are left to that. */
const imagesOf = (
  { item, images, temporary }: RenderItem,
  digest: string | undefined,
  { builder: { driver } }: UsedBuilder,
): readonly string[] => {
  if (temporary === undefined || images.length === 0) return images
  if (driver === 'docker') return [temporary]
  return digest === undefined ? [] : [`${item.image}@${digest}`]
}

const NOT_TESTED: RecordTest = { verdict: 'skipped', logTail: [], ms: 0 }

/** What came of an image's test. In a wave there is no image. */
const testOf = ({ work, tests }: LegReport, item: WorkItem, target: string): { readonly test?: RecordTest } => {
  if (item.tests === undefined || work.kind === 'wave') return {}
  return { test: tests?.get(target) ?? NOT_TESTED }
}

const itemResults = (report: LegReport): readonly WorkItemResult[] => {
  const { work, written, outcome, used } = report
  return work.items.map((rendered, index) => {
    const { item } = rendered
    const target = written.rendered.targets[index]?.name ?? ''
    const result = outcome.result.targets.find((each) => each.target === target)
    const digest = textField(outcome.metadata[target], 'containerimage.digest')
    const failure = masked(outcome.failed.get(target), written.secrets)
    return workItemResult({
      item,
      images: imagesOf(rendered, digest, used),
      aliases: work.plan.aliases[item.manifestId] ?? [],
      imports: written.rendered.refs.items[index]?.from ?? [],
      exports: exportsOf(report, index),
      ...testOf(report, item, target),
      ...(result === undefined ? {} : { result }),
      ...(digest === undefined ? {} : { digest }),
      ...(failure === undefined ? {} : { failure }),
    })
  })
}

/** Work items that were not even tried, as results. */
const droppedResults = ({ work, dropped }: LegReport): readonly WorkItemResult[] =>
  dropped.map(({ item: { item, images, temporary }, reason }) =>
    workItemResult({
      ...{
        item,
        images: temporary === undefined ? images : [],
        aliases: work.plan.aliases[item.manifestId] ?? [],
        imports: [],
        exports: [],
      },
      failure: { step: undefined, targets: [], error: `skipped: ${reason}`, logTail: [] },
    }),
  )

const sum = (items: readonly WorkItemResult[], count: (item: WorkItemResult) => number): number =>
  items.reduce((total, item) => total + count(item), 0)

/** What a leg did, in figures. */
export const legResults = (report: LegReport, finishedAt: string): Results => {
  const { work, outcome, used, startedAt, disagreed, cacheMounts } = report
  const items = [...droppedResults(report), ...itemResults(report)]
  const totalSteps = sum(items, (item) => item.totalSteps)
  const cachedSteps = sum(items, (item) => item.cachedSteps)
  return {
    version: 1,
    startedAt,
    finishedAt,
    factory: work.plan.factory,
    name: work.plan.name,
    ...(work.leg === undefined ? {} : { leg: work.leg.id }),
    ...(work.leg === undefined && work.kind === 'build' ? {} : { kind: work.kind }),
    builder: {
      name: used.builder.name,
      driver: used.builder.driver,
      buildkit: used.builder.buildkit ?? 'unknown',
      buildx: used.buildx,
    },
    cache: { strategy: work.plan.cache.strategy, access: work.access },
    disagreed,
    ...(cacheMounts === undefined ? {} : { cacheMounts }),
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
    return [[workItemName(item), Object.fromEntries(fields)] as const]
  })
  return JSON.stringify(Object.fromEntries(entries))
}
