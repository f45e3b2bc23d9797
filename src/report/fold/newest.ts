import type { CompatibilityRecord } from '../../records/record.ts'
import { compareTexts } from './order.ts'

/** Id of the leg of a job that builds everything and has no leg. */
export const WHOLE = 'all'

/** The leg that a record comes from. */
export const legOf = ({ run }: CompatibilityRecord): string => run.leg ?? WHOLE

const attemptOf = ({ run }: CompatibilityRecord): number => run.attempt ?? 1

const nameOf = ({ kind, manifest_id, platform }: CompatibilityRecord): string =>
  JSON.stringify([kind, manifest_id, platform])

/** Which run a record is of. Without an id a job that builds everything is a run of its own; legs are all of one. */
const runOf = ({ run }: CompatibilityRecord): string => run.id ?? (run.leg === undefined ? run.startedAt : 'local')

/** The later one of two records of the same thing; the texts decide where nothing else does, so that order does not. */
const isLater = (a: CompatibilityRecord, b: CompatibilityRecord): boolean => {
  const difference =
    attemptOf(a) - attemptOf(b) || compareTexts(a.run.finishedAt, b.run.finishedAt) || compareTexts(legOf(a), legOf(b))
  return difference === 0 ? compareTexts(JSON.stringify(a), JSON.stringify(b)) > 0 : difference > 0
}

const latestBy = (
  records: readonly CompatibilityRecord[],
  nameBy: (record: CompatibilityRecord) => string,
): readonly CompatibilityRecord[] => {
  const latest = new Map<string, CompatibilityRecord>()
  for (const record of records) {
    const name = nameBy(record)
    const known = latest.get(name)
    if (known === undefined || isLater(record, known)) latest.set(name, record)
  }
  return [...latest.values()]
}

/**
 * Of one run the records that count: those of the newest attempt of each leg, and of each work item the newest. Legs that
 * build the same prefix each keep their record of it. Sorted, whatever their order was.
 */
export const newestAttempts = (records: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] => {
  const attempts = new Map<string, number>()
  for (const record of records) {
    attempts.set(legOf(record), Math.max(attempts.get(legOf(record)) ?? 0, attemptOf(record)))
  }
  const ofLegs = records.filter((record) => attemptOf(record) === attempts.get(legOf(record)))
  const latest = latestBy(ofLegs, (record) =>
    record.kind === 'prefix' ? `${nameOf(record)} ${legOf(record)}` : nameOf(record),
  )
  return latest
    .map((record) => ({ record, name: JSON.stringify([legOf(record), record.manifest_id, record.platform]) }))
    .toSorted((a, b) => compareTexts(a.name, b.name))
    .map(({ record }) => record)
}

/** The records of one workflow run, all attempts. */
export type RecordedRun = { readonly id: string; readonly records: readonly CompatibilityRecord[] }

const latestStart = ({ records }: RecordedRun): string =>
  records.reduce((latest, { run }) => (run.startedAt > latest ? run.startedAt : latest), '')

/** The runs that these records are of, oldest first. */
export const runsOf = (records: readonly CompatibilityRecord[]): readonly RecordedRun[] =>
  [...Map.groupBy(records, runOf)]
    .map(([id, ofRun]) => ({ run: { id, records: ofRun }, start: latestStart({ id, records: ofRun }) }))
    .toSorted((a, b) => compareTexts(a.start, b.start) || compareTexts(a.run.id, b.run.id))
    .map(({ run }) => run)
