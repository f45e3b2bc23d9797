import type { RecordOutcome } from '../../../src/records/record.ts'
import type { ReportItem, ReportLeg, ReportPrefix, RunReport, TrendPoint } from '../../../src/report/run-report.ts'
import { between, wholeBetween, type Chance } from '../cold-work.ts'

const START = Date.parse('2026-11-22T15:39:57.000Z')

const at = (ms: number): string => new Date(START + Math.round(ms)).toISOString()

type Work = { readonly label: string; readonly outcome: RecordOutcome; readonly ms: number }

const workOf = (prefixes: readonly ReportPrefix[]): readonly Work[] =>
  prefixes.flatMap(({ layer, variant, steps }) =>
    steps
      .filter(({ execMs, loadMs }) => execMs + loadMs > 50)
      .map(({ line, text, outcome, execMs, loadMs }) => ({
        label: `${layer}/${variant}:${line} ${text}`,
        outcome,
        ms: execMs + loadMs,
      })),
  )

/** A leg that does its work on a few strands at a time, and then exports. */
const legOf = (
  leg: Pick<ReportLeg, 'id' | 'name' | 'kind' | 'pool'>,
  prefixes: readonly ReportPrefix[],
  items: number,
  start: number,
): ReportLeg => {
  const strands = [start + 6_000, start + 6_500, start + 7_000, start + 7_500]
  const spans = workOf(prefixes).map(({ label, outcome, ms }) => {
    const strand = strands.indexOf(Math.min(...strands))
    const from = strands[strand] ?? start
    strands[strand] = from + ms
    return { label, outcome, startedAt: at(from), completedAt: at(from + ms) }
  })
  const end = Math.max(...strands) + 4_000
  const steps = prefixes.flatMap((prefix) => prefix.steps)
  const cached = steps.filter(({ outcome }) => outcome === 'hit').length
  const total = steps.filter(({ outcome }) => outcome !== 'skipped').length
  const failed = steps.some(({ outcome }) => outcome === 'failed')
  return {
    ...leg,
    status: failed ? 'failed' : 'built',
    attempt: 1,
    ...{ startedAt: at(start), finishedAt: at(end), items, counts: { total, cached }, spans },
  }
}

const endOf = ({ finishedAt }: ReportLeg): number => (finishedAt === undefined ? 0 : Date.parse(finishedAt) - START)

const short = (platform: string): string => platform.replace('linux/', '')

/** Wave legs for what is cold and shared, then a leg for each batch of work items. */
export const legsOf = (
  { platforms, prefixes }: Pick<RunReport, 'platforms' | 'prefixes'>,
  items: readonly ReportItem[],
  chains: readonly (readonly ReportPrefix[])[],
  chance: Chance,
): readonly ReportLeg[] => {
  const waves = platforms.flatMap((platform, index) => {
    const cold = prefixes.filter((prefix) => prefix.platform === platform && prefix.reason?.kind === 'fragment')
    const leg = { id: `wave-1-core-${short(platform)}`, name: `${short(platform)} · wave 1 · core`, pool: platform }
    return cold.length === 0 ? [] : [legOf({ ...leg, kind: 'wave' }, cold, 0, 2_000 + index * 3_000)]
  })
  const ready = Math.max(0, ...waves.map(endOf))
  const waved = new Set(waves.length === 0 ? [] : prefixes.filter(({ reason }) => reason?.kind === 'fragment'))
  return [
    ...waves,
    ...[...new Set(items.map(({ leg }) => leg ?? ''))].map((id) => {
      const own = items.flatMap((item, index) => (item.leg === id ? [index] : []))
      const first = items[own[0] ?? 0]
      const built = [...new Set(own.flatMap((index) => chains[index] ?? []))].filter((prefix) => !waved.has(prefix))
      const named = { id, name: id.replaceAll('-', ' · '), kind: 'build' } as const
      const pool = first?.pool === undefined ? {} : { pool: first.pool }
      if (first?.verdict === 'missing') {
        return {
          ...named,
          ...pool,
          status: 'missing',
          attempt: 1,
          items: own.length,
          counts: { total: 0, cached: 0 },
          spans: [],
        } as const
      }
      return legOf({ ...named, ...pool }, built, own.length, ready + between(chance, 3_000, 40_000))
    }),
  ]
}

/** Runs of the days before, and this one. */
export const trendOf = (
  { hitRatio, stepsRun, counts, url }: Pick<RunReport, 'hitRatio' | 'stepsRun' | 'counts' | 'url'>,
  durationMs: number,
  chance: Chance,
): readonly TrendPoint[] => {
  const before = Array.from({ length: 13 }, (_, index): TrendPoint => {
    const ratio = index % 5 === 2 ? between(chance, 0.55, 0.8) : between(chance, 0.9, 1)
    const total = counts.total - wholeBetween(chance, 0, 3 * (13 - index))
    const run = Math.round(total * (1 - ratio))
    return {
      startedAt: new Date(START - (13 - index) * 86_400_000).toISOString(),
      ...{ hitRatio: 1 - run / Math.max(1, total), stepsRun: run, stepsUnique: total },
      durationMs: Math.round(durationMs * (0.35 + 1.6 * (1 - ratio))),
    }
  })
  const now = { startedAt: at(0), ...(url === undefined ? {} : { url }), hitRatio, stepsRun, stepsUnique: counts.total }
  return [...before, { ...now, durationMs }]
}

/** From the first start to the last end, ISO 8601. */
export const spanOf = (legs: readonly ReportLeg[]): { readonly startedAt: string; readonly finishedAt: string } => ({
  startedAt: at(0),
  finishedAt: at(Math.max(60_000, ...legs.map(endOf))),
})
