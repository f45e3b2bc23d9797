import { workItemName, type WorkItem } from '../factory/work-item.ts'
import { chainOf } from '../layers/tree.ts'
import { generationOf } from '../records/newest.ts'
import type { EarlierRecords } from './earlier.ts'
import type { PlannedPrefix } from './prefixes.ts'

/** What is looked at of a plan's work. */
type Recorded = {
  readonly items: readonly WorkItem[]
  readonly tops: readonly (number | null)[]
  readonly prefixes: readonly Pick<PlannedPrefix, 'parent' | 'key'>[]
}

/** Work items, by index, whose newest record is of this branch and has the same keys. */
export const recordedItems = (
  { items, tops, prefixes }: Recorded,
  records: EarlierRecords,
  branch: string | undefined,
): readonly number[] =>
  items.flatMap((item, index) => {
    const record = records.get(workItemName(item))
    if (record === undefined || record.run.branch !== branch) return []
    const keys = chainOf(prefixes, tops[index]).map((each) => prefixes[each]?.key ?? '')
    return keys.join(' ') === generationOf(record) ? [index] : []
  })
