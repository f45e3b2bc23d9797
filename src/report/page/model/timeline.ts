import type { ReportLeg, RunReport } from '../../run-report.ts'
import type { RecordOutcome } from '../../../records/record.ts'

/** A stretch of time, ms since the run started. */
export type Stretch = { readonly from: number; readonly to: number }

/** A leg on the timeline. */
export type TimelineLeg = {
  readonly leg: ReportLeg
  /** 1 to 3 for a wave; 0 for the final build. */
  readonly wave: number
  /** Absent where it left no record. */
  readonly ran?: Stretch
  readonly spans: readonly (Stretch & { readonly label: string; readonly outcome: RecordOutcome })[]
  /** The leg of an earlier wave that ended last: what this one waited for, ms until it ended. */
  readonly waitedFor?: { readonly name: string; readonly until: number }
}

/** All legs in the order of their phases, and how long it all took, ms. */
export type Timeline = { readonly legs: readonly TimelineLeg[]; readonly total: number }

/** Ids of wave legs start with their wave's number (plan/leg.ts). */
const waveOf = ({ id, kind }: ReportLeg): number => {
  if (kind === 'build') return 0
  return Number(/^wave-(\d+)-/.exec(id)?.[1] ?? 1)
}

/** Waves in their order, then the final build. */
const phaseOf = (wave: number): number => (wave === 0 ? Infinity : wave)

const timeOf = (text: string | undefined): number => (text === undefined ? NaN : Date.parse(text))

/** Nothing where either end is no time. */
const stretchOf = (from: string | undefined, to: string | undefined, zero: number): Stretch | undefined => {
  const [start, end] = [timeOf(from) - zero, timeOf(to) - zero]
  return Number.isFinite(start) && Number.isFinite(end)
    ? { from: Math.max(0, start), to: Math.max(0, start, end) }
    : undefined
}

const placeLeg = (leg: ReportLeg, zero: number): TimelineLeg => {
  const ran = stretchOf(leg.startedAt, leg.finishedAt, zero)
  const spans = leg.spans.flatMap(({ label, outcome, startedAt, completedAt }) => {
    const stretch = stretchOf(startedAt, completedAt, zero)
    return stretch === undefined ? [] : [{ ...stretch, label, outcome }]
  })
  return { leg, wave: waveOf(leg), ...(ran === undefined ? {} : { ran }), spans }
}

/** A leg starts when all legs of earlier waves have ended, so it waited for the last of them. */
const withWait = (leg: TimelineLeg, all: readonly TimelineLeg[]): TimelineLeg => {
  const started = leg.ran?.from
  const earlier = all
    .filter(({ wave, ran }) => phaseOf(wave) < phaseOf(leg.wave) && ran !== undefined && ran.to <= (started ?? 0))
    .toSorted((a, b) => (b.ran?.to ?? 0) - (a.ran?.to ?? 0))[0]
  if (earlier?.ran === undefined) return leg
  return { ...leg, waitedFor: { name: earlier.leg.name, until: earlier.ran.to } }
}

/** Puts legs and what they did on one line of time: first the waves, then the builds, each by when it started. */
export const layTimeline = ({ legs, startedAt, finishedAt }: RunReport): Timeline => {
  const starts = [startedAt, ...legs.map((leg) => leg.startedAt)].map(timeOf).filter(Number.isFinite)
  const zero = starts.length === 0 ? 0 : Math.min(...starts)
  const placed = legs.map((leg) => placeLeg(leg, zero))
  const ends = [timeOf(finishedAt) - zero, ...placed.map(({ ran }) => ran?.to ?? 0)].filter(Number.isFinite)
  const byPhase = placed.toSorted(
    (a, b) =>
      (a.wave === b.wave ? 0 : phaseOf(a.wave) - phaseOf(b.wave)) ||
      (a.ran?.from ?? Number.MAX_SAFE_INTEGER) - (b.ran?.from ?? Number.MAX_SAFE_INTEGER),
  )
  return { legs: byPhase.map((leg) => withWait(leg, placed)), total: Math.max(1, ...ends) }
}

/** Whole steps of an axis: about five of them, of a length that people count in, ms. */
export const ticksOf = (total: number): readonly number[] => {
  const lengths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200].map(
    (s) => s * 1_000,
  )
  const length = lengths.find((each) => total / each <= 6) ?? Math.ceil(total / 6 / 86_400_000) * 86_400_000
  return Array.from({ length: Math.floor(total / length) + 1 }, (_, index) => index * length)
}
