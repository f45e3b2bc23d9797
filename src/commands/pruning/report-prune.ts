import {
  isDeleted,
  type PrunedBlob,
  type PrunedObject,
  type PrunedPlace,
  sizeOf,
} from '../../report/prune/prune-report.ts'
import type { FoundHolding, StoreListing } from '../../retention/holding.ts'
import type { PruneDecision } from '../../retention/prune-plan.ts'
import type { Outcomes } from './delete-doomed.ts'
import type { ReadPlace } from './read-place.ts'
import type { Outcome } from './run-deletions.ts'

const ownBlobs = ({ object, inspection }: FoundHolding): readonly PrunedBlob[] => {
  const digest = object.digest ?? object.id
  if (inspection.status !== 'read') return [{ digest, size: object.bytes ?? 0 }]
  return [{ digest, size: inspection.content.size }, ...inspection.content.blobs]
}

/** Everything that an object keeps in its place, by its id: its document, its blobs, and those of what it lists. */
const blobsOf = ({ objects }: StoreListing): ((id: string) => readonly PrunedBlob[]) => {
  const byId = new Map(objects.map((found) => [found.object.id, found]))
  const byDigest = new Map(objects.map((found) => [found.object.digest ?? found.object.id, found]))
  return (id) => {
    const top = byId.get(id)
    const reached = new Set(top === undefined ? [] : [top])
    // A Set that grows while it is walked is walked to its end.
    for (const { inspection } of reached) {
      const children = inspection.status === 'read' ? inspection.content.children : []
      for (const { digest } of children) {
        const child = byDigest.get(digest)
        if (child !== undefined) reached.add(child)
      }
    }
    return [...reached].flatMap(ownBlobs)
  }
}

type Told = Pick<PrunedObject, 'verdict' | 'outcome' | 'note' | 'restore'>

const toldOf = ({ verdict, reason }: PruneDecision, outcome: Outcome | undefined): Told => {
  if (verdict === 'keep') return { verdict }
  if (verdict === 'skip') return { verdict: 'delete', outcome: 'skipped', note: reason }
  if (verdict === 'left') return { verdict: 'delete', outcome: 'left', note: reason }
  if (outcome === undefined) return { verdict }
  return {
    verdict,
    outcome: outcome.status,
    ...('reason' in outcome ? { note: outcome.reason } : {}),
    ...('restore' in outcome ? { restore: outcome.restore } : {}),
  }
}

/** The report of a place. Without outcomes it is what would be. */
export const reportPlace = (
  { store, listing }: ReadPlace,
  decisions: readonly PruneDecision[],
  outcomes: Outcomes | undefined,
  closed: string | undefined,
): PrunedPlace => {
  const find = blobsOf(listing)
  const own = decisions.filter((decision) => decision.store === store.name)
  const objects = own.map((decision): PrunedObject => {
    const { rule, reason, group, bytes, object } = decision
    const { id, tags, digest } = object
    return {
      ...{ id, tags, ...(digest === undefined ? {} : { digest }) },
      ...{ rule, reason, group, bytes, ...toldOf(decision, outcomes?.get(decision)) },
    }
  })
  const sizeOfAll = (some: readonly PrunedObject[]): number => sizeOf(some.map(({ id }) => find(id)))
  return {
    ...{ name: store.name, backend: store.backend, ...(closed === undefined ? {} : { closed }), objects },
    bytesBefore: sizeOfAll(objects),
    bytesAfter: sizeOfAll(objects.filter((object) => !isDeleted(object))),
  }
}
