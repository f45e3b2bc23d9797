import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { parseReference, repositoryOf } from '../../oci/reference.ts'
import { RECORDS_TYPE, recordsTags } from '../../records/place.ts'
import { DEFAULT_RETENTION } from '../../factory/retention.ts'
import { notedDigests } from '../../retention/judgement.ts'
import type { StoreListing } from '../../retention/holding.ts'
import { overrideRetention } from '../../retention/policy.ts'
import type { FoundRecords, RetentionFacts } from '../../retention/prune-plan.ts'
import { fetchBasePlan } from '../planning/kept-plan.ts'
import type { PruneInputs } from '../prune-inputs.ts'
import type { OpenedPlaces, PrunePlaces } from './find-places.ts'
import { readPlace, type ReadPlace } from './read-place.ts'
import { readRecords } from './read-records.ts'
import { readState } from './state.ts'
import { refsOfPlan, type KnownTags } from './watch-builds.ts'

/** What the policy decides from, and the places that it was read from, in the order in which they are pruned. */
export type ReadFacts = {
  readonly facts: RetentionFacts
  readonly places: readonly ReadPlace[]
  /** What is beside the records, too: digests by tag. */
  readonly recordTags: KnownTags
}

/** What the factory file needs, and the newest plan that was kept of the default branch, which may be ahead of it. */
const readCurrent = async (
  { needs }: PrunePlaces,
  context: Context,
  io: Io,
): Promise<Pick<RetentionFacts, 'current'>> => {
  if (needs === undefined) return {}
  const kept = await fetchBasePlan({ cache: needs.cache, name: needs.factory.name, only: [] }, context, io)
  const planned = 'plan' in kept ? refsOfPlan(kept.plan) : []
  const { items, aliases } = needs.expansion
  const ids = items.flatMap(({ manifestId }) => [manifestId, ...(aliases[manifestId] ?? [])])
  return { current: { refs: [...new Set([...needs.refs, ...planned])], manifests: [...new Set(ids)] } }
}

/** Digests of images that records say were pushed to a repository. Plain OCI lists none that has no tag. */
const pushedTo = (repository: string | undefined, records: readonly FoundRecords[]): readonly string[] => {
  const isThere = (ref: string): boolean => {
    const reference = parseReference(ref)
    return reference !== undefined && repositoryOf(reference) === repository
  }
  const all = records.flatMap((found) => (found.status === 'read' ? found.records : []))
  return [...new Set(all.flatMap(({ digest, published }) => (published.some(isThere) ? (digest ?? []) : [])))]
}

/** The listing without records that went between its reading and theirs: another prune may be under way. */
const withoutGone = (
  listing: StoreListing,
  tags: readonly string[],
  records: readonly FoundRecords[],
): StoreListing => {
  const read = new Set(records.map(({ tag }) => tag))
  const gone = new Set(tags.filter((tag) => !read.has(tag)))
  const isGone = ({ object, inspection }: StoreListing['objects'][number]): boolean =>
    inspection.status === 'read' &&
    inspection.content.artifactType === RECORDS_TYPE &&
    object.tags.length > 0 &&
    object.tags.every((tag) => gone.has(tag))
  return { ...listing, objects: listing.objects.filter((found) => !isGone(found)) }
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
  context: Context,
  io: Io,
): Promise<ReadFacts> => {
  const now = io.clock.now().toISOString()
  const kept = await readPlace(opened.records.store, { role: 'records', repository: repositoryOf(found.records) })
  const recordTags = new Map(
    kept.listing.objects.flatMap(({ object }) => object.tags.map((tag) => [tag, object.digest ?? ''] as const)),
  )
  const tags = recordsTags([...recordTags.keys()])
  const records = await readRecords(found.records, tags, io)
  const state = await readState(found.records, io)
  const places: ReadPlace[] = []
  for (const { store, kind } of opened.others) {
    const known = [...pushedTo(kind.repository, records), ...notedDigests(store.name, state.noted)]
    places.push(await readPlace(store, kind, kind.role === 'images' ? known : []))
  }
  places.push({ ...kept, listing: withoutGone(kept.listing, tags, records) })
  for (const { listing } of places) io.actions.info(`${listing.name}: ${listing.objects.length} objects are there`)
  const facts: RetentionFacts = {
    policy: overrideRetention(found.needs?.factory.retention ?? DEFAULT_RETENTION, inputs.retention),
    ...{ records, ...(await readCurrent(found, context, io)), stores: places.map(({ listing }) => listing) },
    state,
    now,
  }
  return { facts, places, recordTags }
}
