import type { WorkItem } from '../factory/work-item.ts'
import type { ImageSubject, Plan, UnchangedItem } from './plan.ts'

/** What the manifest of a work item is published as. */
export const imageSubject = ({ image, tags, version, layers }: WorkItem): ImageSubject => ({
  ...{ image, tags },
  ...(version === undefined ? {} : { version }),
  layers: layers.map(({ layer, variant, from }) => ({ layer, variant, ...(from === undefined ? {} : { from }) })),
})

/**
 * Work items whose manifest is in a plan on another platform alone: a choice left them out, and no image of theirs is
 * known to be there.
 */
export const leftOutItems = (
  all: readonly WorkItem[],
  planned: readonly WorkItem[],
  others: readonly Pick<UnchangedItem, 'manifestId' | 'platform'>[],
): Pick<Plan, 'leftOut'> => {
  const known = [...planned, ...others]
  const manifests = new Set(known.map(({ manifestId }) => manifestId))
  const accounted = new Set(known.map(({ manifestId, platform }) => `${manifestId} ${platform}`))
  const leftOut = all
    .filter(({ manifestId, platform }) => manifests.has(manifestId) && !accounted.has(`${manifestId} ${platform}`))
    .map(({ manifestId, platform }) => ({ manifestId, platform }))
  return leftOut.length === 0 ? {} : { leftOut }
}
