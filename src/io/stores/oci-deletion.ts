import { isIndexMediaType } from '../../oci/media-types.ts'
import { formatReference, type Reference, type Repository } from '../../oci/reference.ts'
import type { ManifestDeletion } from '../registry/delete-manifest.ts'
import { RegistryError } from '../registry/registry-error.ts'
import type { OciClient } from './oci-client.ts'
import type { Holding } from '../../retention/holding.ts'
import type { Deletion, Store } from './store.ts'

/**
 * Deletions by digest between two looks at the list of tags: at least so many, and so many for a page of the list that
 * listing again costs next to nothing beside the deletions.
 */
const BETWEEN_LISTS = 100
const TAGS_FOR_ONE = 50

/** What deletions of one repository share. */
type State = {
  readonly client: OciClient
  readonly repository: Repository
  /** Tags that were there when the repository was listed, or were looked at since. */
  readonly known: Set<string>
  /** Digests that a tag leads to which came later. */
  readonly guarded: Set<string>
  /** How many deletions by digest may be made until the tags are listed again. */
  left: number
  listing: Promise<void> | undefined
  /** Whether a tag can be deleted alone; asked once, by the first deletion. */
  byTag: Promise<boolean> | undefined
  /** Whether the answer was no. */
  byDigest: boolean
  /** Why nothing can be deleted here. */
  closed: string | undefined
}

const SAME = 'same'
type Found = typeof SAME | 'gone' | { readonly digest: string }

/** What a tag, or the digest itself, leads to now. */
const readAgain = async ({ client, repository }: State, name: Reference, digest: string): Promise<Found> => {
  const head = await client.headManifest({ ...repository, ...name })
  if (head === undefined) return 'gone'
  return head.digest === digest ? SAME : { digest: head.digest }
}

/** What a tag that came later leads to: its digest, and the images of an index, which has to stay whole. */
const ledFrom = async ({ client, repository }: State, tag: string): Promise<readonly string[]> => {
  const head = await client.headManifest({ ...repository, tag })
  if (head === undefined) return []
  if (!isIndexMediaType(head.mediaType)) return [head.digest]
  const { manifest } = await client.getManifest({ ...repository, digest: head.digest })
  return [head.digest, ...(manifest.kind === 'index' ? manifest.manifests.map(({ digest }) => digest) : [])]
}

/**
 * Guards what tags lead to that came since the listing: deleting by digest takes all tags on it along. One look for many
 * deletions; what remains is a tag that is put on the very digest between the last look and the deletion, and a known tag
 * that is moved onto it. Both take somebody who pushes exactly what is being deleted.
 */
const lookForNewTags = async (state: State): Promise<void> => {
  const { client, repository, known, guarded } = state
  const tags = (await client.listTags(repository)) ?? []
  const fresh = tags.filter((tag) => !known.has(tag))
  const led = await Promise.all(fresh.map((tag) => ledFrom(state, tag)))
  for (const digest of led.flat()) guarded.add(digest)
  for (const tag of fresh) known.add(tag)
}

/** Before an object is read again, so that nothing slow stands between that and its deletion. */
const guard = async (state: State): Promise<void> => {
  if (state.left <= 0) {
    state.left = Math.max(BETWEEN_LISTS, Math.ceil(state.known.size / TAGS_FOR_ONE))
    state.listing = lookForNewTags(state)
  }
  state.left--
  await state.listing
}

/** A registry that says 404 of what it still has cannot delete, and does not say so (ECR). */
const checkGone = async (state: State, reference: Reference, digest: string): Promise<Deletion> => {
  if ((await readAgain(state, reference, digest)) !== SAME) return { status: 'gone' }
  state.closed = `${formatReference(reference)} is there, and the registry says that there is nothing to delete`
  return { status: 'unsupported', reason: state.closed }
}

const deleteByDigest = async (state: State, digest: string): Promise<Deletion> => {
  const { client, repository, guarded } = state
  if (guarded.has(digest)) return { status: 'moved', reason: 'a tag leads to its digest that came meanwhile' }
  const reference = { ...repository, digest }
  const done = await client.deleteManifest(reference)
  switch (done.status) {
    case 'deleted':
      return { status: 'deleted' }
    case 'gone':
      return checkGone(state, reference, digest)
    case 'refused':
      return { status: 'failed', reason: done.reason }
    case 'unsupported':
      state.closed = done.reason
      return done
  }
}

/** Deletes a tag, and finds out at the first one whether that can be done here. */
const deleteTag = async (state: State, reference: Reference): Promise<ManifestDeletion> => {
  if (state.byTag !== undefined) {
    if (await state.byTag) return state.client.deleteManifest(reference)
    return { status: 'unsupported', reason: '' }
  }
  const asked = state.client.deleteManifest(reference)
  state.byTag = asked.then(
    ({ status }) => {
      state.byDigest = status === 'unsupported'
      return !state.byDigest
    },
    () => {
      state.byTag = undefined
      return true
    },
  )
  return asked
}

const deleteTags = async (state: State, tags: readonly string[], digest: string): Promise<Deletion> => {
  let last: Deletion = { status: 'gone' }
  for (const tag of tags) {
    const reference = { ...state.repository, tag }
    const done = await deleteTag(state, reference)
    if (done.status === 'refused') return { status: 'failed', reason: done.reason }
    if (done.status === 'unsupported') {
      await guard(state)
      return deleteByDigest(state, digest)
    }
    if (done.status === 'deleted') last = { status: 'untagged' }
    else if (last.status === 'gone') last = await checkGone(state, reference, digest)
    if (last.status === 'unsupported') return last
  }
  return last
}

const deleteObject = async (state: State, { tags, digest }: Holding): Promise<Deletion> => {
  if (state.closed !== undefined) return { status: 'unsupported', reason: state.closed }
  if (digest === undefined) return { status: 'moved', reason: 'nobody knows what it is' }
  const { repository } = state
  const byDigest = state.byDigest || tags.length === 0
  if (byDigest) await guard(state)
  const names = tags.length === 0 ? [{ ...repository, digest }] : tags.map((tag) => ({ ...repository, tag }))
  const found = await Promise.all(names.map((name) => readAgain(state, name, digest)))
  const moved = found.findIndex((each) => typeof each === 'object')
  if (moved >= 0) return { status: 'moved', reason: `${tags[moved] ?? 'it'} leads to something else by now` }
  if (!found.includes(SAME)) return { status: 'gone' }
  const there = tags.filter((_, index) => found[index] === SAME)
  return byDigest ? deleteByDigest(state, digest) : deleteTags(state, there, digest)
}

/** What a failure means for those that follow: a right that is missing is missing for all. */
const failureOf = (state: State, error: RegistryError): Deletion => {
  const { status, message, retryAfter = 0 } = error
  if (status === 429) return { status: 'exhausted', reason: message, wait: retryAfter }
  if (status !== 401 && status !== 403) return { status: 'failed', reason: message }
  state.closed = message
  return { status: 'unsupported', reason: message }
}

/**
 * Deletes objects of a repository by the tag where the registry can do that, so that no tag which nobody knew of goes
 * along, else by digest. `listed` tells which tags were there when the plan was made.
 */
export const createOciDeletion = (
  client: OciClient,
  repository: Repository,
): Pick<Store, 'delete'> & { readonly listed: (tags: readonly string[]) => void } => {
  const state: State = {
    ...{ client, repository, known: new Set<string>(), guarded: new Set<string>() },
    ...{ left: 0, listing: undefined, byTag: undefined, byDigest: false, closed: undefined },
  }
  return {
    listed: (tags) => {
      for (const tag of tags) state.known.add(tag)
    },
    delete: async (object) => {
      try {
        return await deleteObject(state, object)
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error
        return failureOf(state, error)
      }
    },
  }
}
