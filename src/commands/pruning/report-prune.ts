import {
  isDeleted,
  type PrunedBlob,
  type PrunedObject,
  type PrunedPlace,
  sizeOf,
} from '../../report/prune/prune-report.ts'
import type { DecidedObject, DecidedPlace } from './decision.ts'
import type { Outcomes } from './delete-doomed.ts'
import type { FoundObject, FoundPlace } from './read-place.ts'
import type { Outcome } from './run-deletions.ts'

/** Everything that an object keeps in its place: its document, its blobs, and those of the documents that it lists. */
const blobsOf = ({ objects }: FoundPlace): ((found: FoundObject) => readonly PrunedBlob[]) => {
  const byDigest = new Map(objects.map((found) => [found.object.digest ?? found.object.id, found]))
  const own = ({ object, inspection }: FoundObject): readonly PrunedBlob[] => {
    if (inspection.status !== 'read') return [{ digest: object.id, size: object.bytes ?? 0 }]
    const { digest, size, blobs } = inspection.content
    return [{ digest, size }, ...blobs]
  }
  return (found) => {
    const reached = new Set([found])
    // A Set that grows while it is walked is walked to its end.
    for (const { inspection } of reached) {
      const children = inspection.status === 'read' ? inspection.content.children : []
      for (const { digest } of children) {
        const child = byDigest.get(digest)
        if (child !== undefined) reached.add(child)
      }
    }
    return [...reached].flatMap(own)
  }
}

const toldOf = (outcome: Outcome | undefined): Pick<PrunedObject, 'outcome' | 'note' | 'restore'> => {
  if (outcome === undefined) return {}
  return {
    outcome: outcome.status,
    ...('reason' in outcome ? { note: outcome.reason } : {}),
    ...('restore' in outcome && outcome.restore !== undefined ? { restore: outcome.restore } : {}),
  }
}

/** The report of a place. Without outcomes it is what would be. */
export const reportPlace = (
  { place, objects }: DecidedPlace,
  outcomes: Outcomes | undefined,
  closed: string | undefined,
): PrunedPlace => {
  const { name, backend } = place.store
  const find = blobsOf(place)
  const blobs = new Map(objects.map(({ found }) => [found, find(found)]))
  const reportObject = ({ found, verdict, rule, reason, group }: DecidedObject): PrunedObject => {
    const { id, tags, digest } = found.object
    return {
      ...{ id, tags, ...(digest === undefined ? {} : { digest }), verdict, rule, reason, group },
      bytes: sizeOf([blobs.get(found) ?? []]),
      ...toldOf(outcomes?.get(name)?.get(id)),
    }
  }
  const reported = objects.map(reportObject)
  const left = objects.filter((_, index) => {
    const object = reported[index]
    return object !== undefined && !isDeleted(object)
  })
  return {
    ...{ name, backend, ...(closed === undefined ? {} : { closed }), objects: reported },
    bytesBefore: sizeOf(blobs.values()),
    bytesAfter: sizeOf(left.map(({ found }) => blobs.get(found) ?? [])),
  }
}
