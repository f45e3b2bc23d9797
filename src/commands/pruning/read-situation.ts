import type { Io } from '../../io/io.ts'
import { recordsTags } from '../../records/place.ts'
import type { PruneInputs } from '../prune-inputs.ts'
import type { PrunePlaces } from './find-places.ts'
import type { OpenedPlaces } from './find-places.ts'
import { readPlace, type FoundPlace } from './read-place.ts'
import { readRecords, type RecordsArtifact } from './read-records.ts'
import { readState } from './state.ts'

/** Everything that the policy decides from. */
export type Situation = {
  readonly now: Date
  readonly inputs: PruneInputs
  readonly found: PrunePlaces
  readonly caches: readonly FoundPlace[]
  readonly records: FoundPlace
  /** Newest first. */
  readonly artifacts: readonly RecordsArtifact[]
  /** All tags beside which records are. */
  readonly recordTags: readonly string[]
  /** What an earlier prune noted; absent before the first. */
  readonly state?: string
}

/** Reads all places, all records and what earlier prunes left. Throws where something cannot be listed as a whole. */
export const readSituation = async (
  found: PrunePlaces,
  opened: OpenedPlaces,
  inputs: PruneInputs,
  io: Io,
): Promise<Situation> => {
  const now = io.clock.now()
  // Records first: what is written while the rest is read is then newer than all that is known of it, and stays.
  const records = await readPlace(opened.records.store)
  const recordTags = records.objects.flatMap(({ object }) => object.tags)
  const artifacts = await readRecords(found.records, recordsTags(recordTags), io)
  const caches: FoundPlace[] = []
  for (const { store } of opened.caches) caches.push(await readPlace(store))
  const state = await readState(found.records, io)
  for (const { store, objects } of [...caches, records]) io.actions.info(`${store.name}: ${objects.length} objects`)
  return { now, inputs, found, caches, records, artifacts, recordTags, ...(state === undefined ? {} : { state }) }
}
