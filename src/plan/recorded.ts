import { workItemName, type WorkItem } from '../factory/work-item.ts'
import type { ImageKey } from '../layers/image-key.ts'
import { chainOf } from '../layers/tree.ts'
import { generationOf } from '../records/newest.ts'
import type { EarlierRecords } from './earlier.ts'
import type { PlannedPrefix } from './prefixes.ts'

/** What is looked at of a plan's work. */
type Recorded = {
  readonly items: readonly WorkItem[]
  readonly tops: readonly (number | null)[]
  readonly prefixes: readonly Pick<PlannedPrefix, 'parent' | 'key'>[]
  readonly imageKeys: readonly ImageKey[]
}

/** The keys of a planned work item's prefixes, as `generationOf` gives those of a record. */
export const plannedGeneration = ({ tops, prefixes }: Pick<Recorded, 'tops' | 'prefixes'>, index: number): string =>
  chainOf(prefixes, tops[index])
    .map((each) => prefixes[each]?.key ?? '')
    .join(' ')

/** Work items, by index, whose newest record is of this branch and of the same image with the same keys. */
export const recordedItems = (work: Recorded, records: EarlierRecords, branch: string | undefined): readonly number[] =>
  work.items.flatMap((item, index) => {
    const record = records.get(workItemName(item))
    if (record === undefined || record.run.branch !== branch || record.imageKey !== work.imageKeys[index]) return []
    return plannedGeneration(work, index) === generationOf(record) ? [index] : []
  })
