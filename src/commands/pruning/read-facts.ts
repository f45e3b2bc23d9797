import type { Io } from '../../io/io.ts'
import { repositoryOf } from '../../oci/reference.ts'
import { recordsTags } from '../../records/place.ts'
import type { RetentionFacts } from '../../retention/prune-plan.ts'
import type { PruneInputs } from '../prune-inputs.ts'
import type { OpenedPlaces, PrunePlaces } from './find-places.ts'
import { policyOf } from './policy.ts'
import { readPlace, type ReadPlace } from './read-place.ts'
import { readRecords } from './read-records.ts'
import { readState } from './state.ts'

/** What the policy decides from, and the places that it was read from, in the order in which they are pruned. */
export type ReadFacts = { readonly facts: RetentionFacts; readonly places: readonly ReadPlace[] }

const currentOf = ({ needs }: PrunePlaces): Pick<RetentionFacts, 'current'> => {
  if (needs === undefined) return {}
  const { items, aliases } = needs.expansion
  const ids = items.flatMap(({ manifestId }) => [manifestId, ...(aliases[manifestId] ?? [])])
  return { current: { refs: needs.refs, manifests: [...new Set(ids)] } }
}

/**
 * Reads all places, all records and what earlier prunes left. Records come first: what is written while the rest is read
 * is then newer than all that is known of it. Their place is the last that is pruned, since what they doom is found again
 * as long as they are there.
 */
export const readFacts = async (
  found: PrunePlaces,
  opened: OpenedPlaces,
  inputs: PruneInputs,
  io: Io,
): Promise<ReadFacts> => {
  const now = io.clock.now().toISOString()
  const kept = await readPlace(opened.records.store, { role: 'records', repository: repositoryOf(found.records) })
  const tags = recordsTags(kept.listing.objects.flatMap(({ object }) => object.tags))
  const records = await readRecords(found.records, tags, io)
  const places: ReadPlace[] = []
  for (const { store, kind } of opened.others) places.push(await readPlace(store, kind))
  places.push(kept)
  for (const { listing } of places) io.actions.info(`${listing.name}: ${listing.objects.length} objects are there`)
  const facts: RetentionFacts = {
    policy: policyOf(inputs.retention, found.needs?.factory.retention),
    ...{ records, ...currentOf(found), stores: places.map(({ listing }) => listing) },
    ...{ state: await readState(found.records, io), now },
  }
  return { facts, places }
}
