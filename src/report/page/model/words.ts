import type { MissKind } from '../../../records/reason.ts'
import type { RecordOutcome } from '../../../records/record.ts'

/** A time in ms in few letters: `380 ms`, `12 s`, `3 min`, `2 h 5 min`. */
export const sayTime = (ms: number): string => {
  if (!Number.isFinite(ms) || ms <= 0) return '0 s'
  if (ms < 1_000) return `${Math.max(1, Math.round(ms))} ms`
  const seconds = ms / 1_000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 99.5) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return rest === 0 || hours >= 10 ? `${Math.round(minutes / 60)} h` : `${hours} h ${rest} min`
}

/** A time on an axis, as a clock has it: `0:00`, `1:30`, `1:05:00`. */
export const sayClock = (ms: number): string => {
  const seconds = Math.round(ms / 1_000)
  const pad = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  return `${hours > 0 ? `${hours}:${pad(minutes)}` : minutes}:${pad(seconds % 60)}`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes in few letters, by thousands: `12 B`, `3.4 MB`. */
export const sayBytes = (bytes: number): string => {
  if (!Number.isFinite(bytes) || bytes <= 0) return '0 B'
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1_000 ** power
  return `${value < 9.95 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power] ?? ''}`
}

/** What people call a reason. */
export const REASONS: Readonly<Record<MissKind, string>> = {
  'first-build': 'first build',
  'base-image': 'base image changed',
  fragment: 'fragment changed',
  argument: 'argument changed',
  'context-file': 'context file changed',
  setting: 'setting changed',
  epoch: 'epoch rolled over',
  parent: 'parent layer changed',
  'ref-missing': 'cache ref missing',
  'import-failed': 'cache import failed',
  'not-read': 'cache not read',
  repeated: 'run in more than one leg',
  'plan-differs': 'plan differs',
  disagreed: 'BuildKit disagreed',
}

/** What people call what became of a step. */
export const OUTCOMES: Readonly<Record<RecordOutcome, string>> = {
  hit: 'cached',
  run: 'ran',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'not run',
}

/** An ISO time for people, to the minute: `2026-11-22 15:39 UTC`; as it is where it is none. */
export const sayMoment = (iso: string): string =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` : iso

/** An address as a link may have it: of the web, else nothing. */
export const webAddress = (text: string | undefined): string | undefined => {
  if (text === undefined || !URL.canParse(text)) return undefined
  const { protocol, href } = new URL(text)
  return protocol === 'https:' || protocol === 'http:' ? href : undefined
}
