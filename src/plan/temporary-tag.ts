import type { WorkItem } from '../factory/work-item.ts'
import { platformSlug } from '../oci/platform.ts'
import type { RunIdentity } from '../records/run.ts'

/** Begins the tags that hold images of one platform until they are published, where a builder cannot push by digest. */
export const TEMPORARY_PREFIX = 'strata-tmp-'

/**
 * The tag that holds the image of a work item until it is published: `strata-tmp-<run>-<attempt>-<manifest_id>-<platform>`.
 * Attempts have their own, so that a leg that runs again never changes what is being published. `otherwise` stands for a
 * run without an id.
 */
export const temporaryTag = (
  { manifestId, platform }: Pick<WorkItem, 'manifestId' | 'platform'>,
  { id, attempt = 1 }: Pick<RunIdentity, 'id' | 'attempt'>,
  otherwise: string,
): string => `${TEMPORARY_PREFIX}${id ?? otherwise}-${attempt}-${manifestId}-${platformSlug(platform)}`
