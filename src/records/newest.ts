import { workItemName } from '../factory/work-item.ts'
import type { CompatibilityRecord } from './record.ts'

/** The name of the work item that a record is of, as {@link workItemName} gives it. */
export const recordName = ({ manifest_id: manifestId, platform }: CompatibilityRecord): string =>
  workItemName({ manifestId, platform })

/** Records by the time they were finished, the newest first; of one time in their order. */
export const newestFirst = (records: Iterable<CompatibilityRecord>): readonly CompatibilityRecord[] =>
  [...records].toSorted(({ run: a }, { run: b }) =>
    a.finishedAt === b.finishedAt ? 0 : a.finishedAt < b.finishedAt ? 1 : -1,
  )

/** Where the record that a work item is compared with comes from: earlier branches are preferred. */
const rankOf = ({ run: { branch } }: CompatibilityRecord, branches: readonly string[]): number => {
  const rank = branch === undefined ? -1 : branches.indexOf(branch)
  return rank === -1 ? branches.length : rank
}

const isBetter = (a: CompatibilityRecord, b: CompatibilityRecord | undefined, branches: readonly string[]): boolean =>
  b === undefined ||
  rankOf(a, branches) < rankOf(b, branches) ||
  (rankOf(a, branches) === rankOf(b, branches) && a.run.finishedAt > b.run.finishedAt)

/**
 * The record that each work item is compared with, by its name: of the first of these branches that has one of a
 * successful build, the newest. Records of other branches, of prefixes and of failures do not count.
 */
export const newestRecords = (
  records: Iterable<CompatibilityRecord>,
  branches: readonly string[],
): ReadonlyMap<string, CompatibilityRecord> => {
  const newest = new Map<string, CompatibilityRecord>()
  for (const record of records) {
    if (record.kind !== 'work-item' || record.verdict !== 'built' || rankOf(record, branches) === branches.length)
      continue
    const name = recordName(record)
    if (isBetter(record, newest.get(name), branches)) newest.set(name, record)
  }
  return newest
}

/** The keys of a record's layers, as one word: what tells one generation from another. */
export const generationOf = ({ layers }: Pick<CompatibilityRecord, 'layers'>): string =>
  layers.flatMap(({ key }) => key ?? []).join(' ')
