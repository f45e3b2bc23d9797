import { backendOf } from '../layers/cache-place.ts'
import { formatReference, isDigest, parseReference } from '../oci/reference.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { isWritingEvent, type RunEvent } from './access.ts'

/** Cache refs as `<repository>@<digest>`, by what they are called with their tag. A ref that is not in it is not pinned. */
export type Pins = ReadonlyMap<string, string>

/** What a ref is imported as: itself where nothing has to be pinned; undefined for one that must be and is not. */
export const pinnedRef = (ref: string, pins: Pins | undefined): string | undefined =>
  pins === undefined ? ref : pins.get(ref)

/**
 * Whether the run of a record could write the trusted cache: one on a branch, which was the default or a protected one,
 * or it would have kept no record there. Records of local runs count for local runs alone.
 */
const isTrusted = ({ run: { branch, event } }: CompatibilityRecord, { name }: Pick<RunEvent, 'name'>): boolean =>
  branch !== undefined && (name === undefined || (event !== undefined && isWritingEvent(event)))

/**
 * The digests that records name for the refs which their runs wrote, the newest of each ref. `records` are those beside
 * the trusted cache, in any order; what a run only read, or could not write, is not pinned by it.
 */
export const foldPins = (records: Iterable<CompatibilityRecord>, event: Pick<RunEvent, 'name'>): Pins => {
  const pins = new Map<string, { readonly pinned: string; readonly at: string }>()
  for (const record of records) {
    const at = record.run.finishedAt
    for (const { ref, written, digest = '' } of isTrusted(record, event) ? record.cacheTo : []) {
      const reference = backendOf(ref) === 'registry' ? parseReference(ref) : undefined
      if (!written || !isDigest(digest) || reference === undefined || (pins.get(ref)?.at ?? '') > at) continue
      const { registry, repository } = reference
      pins.set(ref, { pinned: formatReference({ registry, repository, digest }), at })
    }
  }
  return new Map([...pins].map(([ref, { pinned }]) => [ref, pinned]))
}
