import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { ownBranch } from '../../plan/branches.ts'
import type { CompatibilityRecord, RecordRun, RecordWrite } from '../../records/record.ts'
import { recordOf, type RecordFrame, type RecordSubject } from '../../report/record-of.ts'
import type { CacheExport, Results, WorkItemResult } from '../../report/results.ts'
import type { LegReport } from './leg-results.ts'
import { measureWrites, type RefSize } from './measure-writes.ts'

const runOf = ({ work: { leg }, startedAt }: LegReport, finishedAt: string, { run, event }: Context): RecordRun => {
  const branch = ownBranch(event)
  return {
    ...run,
    ...(branch === undefined ? {} : { branch }),
    ...(leg === undefined ? {} : { leg: leg.id, legName: leg.name, pool: leg.pool }),
    ...{ startedAt, finishedAt },
  }
}

const frameOf = (report: LegReport, results: Results, context: Context, noCache: boolean): RecordFrame => {
  const { work, outcome, known } = report
  const { factory, name, builder, cache } = results
  return {
    kind: work.kind === 'wave' ? 'prefix' : 'work-item',
    ...{ factory, name, builder, strategy: cache.strategy },
    run: runOf(report, results.finishedAt, context),
    ...(context.event.name === 'schedule' ? { failures: work.plan.failures ?? {} } : {}),
    cache: {
      ...{ access: work.access, noCache, known, broken: outcome.broken },
      byContent: work.chains.length > 0,
    },
  }
}

/** The refs that a work item was to write, with what came of it; each belongs to the layer of that ref. */
const writesOf = (
  exports: readonly CacheExport[],
  { layers }: Pick<RecordSubject, 'layers'>,
  times: ReadonlyMap<string, number>,
  sizes: ReadonlyMap<string, RefSize>,
): readonly RecordWrite[] =>
  exports.map(({ ref, written, error }) => {
    const layer = layers.find((each) => each.ref === ref)?.layer
    const ms = times.get(ref)
    return {
      ...{ ref, written },
      ...(layer === undefined ? {} : { layer }),
      ...(ms === undefined ? {} : { ms }),
      ...(error === undefined ? {} : { error }),
      ...sizes.get(ref),
    }
  })

/** How long each ref took to export, ms, by ref. */
const exportTimes = ({ written: { rendered }, outcome }: LegReport): ReadonlyMap<string, number> =>
  new Map(
    [...rendered.writers].flatMap(([ref, writer]) => {
      const target = outcome.result.targets.find((each) => each.target === writer)
      const times = target?.exports.filter(({ of }) => of === 'cache').map(({ ms }) => ms) ?? []
      return times.length === 0 ? [] : [[ref, Math.max(...times)] as const]
    }),
  )

const sizesOf = (items: readonly WorkItemResult[], io: Io): Promise<ReadonlyMap<string, RefSize>> => {
  const written = items.flatMap(({ cacheTo }) => cacheTo.filter((each) => each.written).map(({ ref }) => ref))
  const read = items.flatMap(({ cacheFrom }) => cacheFrom.filter(({ error }) => error === undefined))
  return measureWrites(
    written,
    read.map(({ ref }) => ref),
    io,
  )
}

/** The records of a leg: of work items that were left out, then of those that were built, in the order of its results. */
export const legRecords = async (
  report: LegReport,
  results: Results,
  { context, noCache }: { readonly context: Context; readonly noCache: boolean },
  io: Io,
): Promise<readonly CompatibilityRecord[]> => {
  const { work, dropped, written, outcome } = report
  const frame = frameOf(report, results, context, noCache)
  const [times, sizes] = [exportTimes(report), await sizesOf(results.items, io)]
  const all = [...dropped.map(({ item }) => item), ...work.items]
  return all.flatMap(({ item, layers, bases, imageKey }, index): readonly CompatibilityRecord[] => {
    const own = results.items[index]
    if (own === undefined) return []
    const target = written.rendered.targets[index - dropped.length]?.name
    const result = outcome.result.targets.find((each) => each.target === target)
    const writes = writesOf(own.cacheTo, { layers }, times, sizes)
    const builder = { ...frame.builder, emulated: report.used.emulated.includes(item.platform) }
    const known = { layers, bases, ...(imageKey === undefined || frame.kind === 'prefix' ? {} : { imageKey }) }
    const subject = { item, ...known, report: own, writes, ...(result === undefined ? {} : { result }) }
    return [recordOf(subject, { ...frame, builder })]
  })
}
