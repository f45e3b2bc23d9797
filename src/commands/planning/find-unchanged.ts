import type { WorkItem } from '../../factory/work-item.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Io } from '../../io/io.ts'
import { parseReference, type Reference } from '../../oci/reference.ts'
import { nameImages } from '../../plan/image-names.ts'
import type { Forced } from '../../plan/forced.ts'
import { imageSubject } from '../../plan/image-subject.ts'
import type { UnchangedItem } from '../../plan/plan.ts'
import { KEY_ANNOTATION, keyTag } from '../../plan/published-key.ts'
import type { PlanInputs } from '../inputs.ts'

/** Tags of an image's repository; undefined when they cannot be listed, and then each image is asked for. */
const listTags = async (repository: Reference, count: number, io: Io): Promise<ReadonlySet<string> | undefined> => {
  const listed = await io.registry.listTagsWithin(repository, { maxPages: count })
  return listed === 'too many' ? undefined : new Set(listed)
}

/** Digest of the image that was published with this key; undefined when there is none. */
const publishedDigest = async (repository: Reference, key: string, io: Io): Promise<string | undefined> => {
  const head = await io.registry.headManifest({ ...repository, tag: keyTag(key) })
  if (head === undefined) return undefined
  const { manifest } = await io.registry.getManifest({ ...repository, digest: head.digest })
  return manifest.annotations[KEY_ANNOTATION] === key ? head.digest : undefined
}

const pointsTo = async (name: string, digest: string, io: Io): Promise<boolean> => {
  const reference = parseReference(name)
  return reference !== undefined && (await io.registry.headManifest(reference))?.digest === digest
}

/** One work item with its key and the names that its image would get. */
type Candidate = {
  readonly index: number
  readonly item: WorkItem
  readonly key: string
  readonly names: readonly string[]
}

/** An image is there when its key is, and every name that a build would give it points to it. */
const isPublished = async (repository: Reference, { key, names }: Candidate, io: Io): Promise<boolean> => {
  const digest = await publishedDigest(repository, key, io)
  if (digest === undefined) return false
  const points = await Promise.all(names.map((name) => pointsTo(name, digest, io)))
  return points.every((is) => is)
}

const publishedIn = async (image: string, candidates: readonly Candidate[], io: Io): Promise<readonly Candidate[]> => {
  const repository = parseReference(image)
  if (repository === undefined) return []
  try {
    const tags = await listTags(repository, candidates.length, io)
    const likely = candidates.filter(({ key }) => tags?.has(keyTag(key)) ?? true)
    const are = await Promise.all(likely.map((candidate) => isPublished(repository, candidate, io)))
    return likely.filter((_, index) => are[index])
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    io.actions.info(`Whether images of ${image} are there already is not known, so they are built: ${error.message}`)
    return []
  }
}

/** Work items whose image is published already, and why each is one of them; and the indices of all others. */
export type Unchanged = { readonly unchanged: readonly UnchangedItem[]; readonly kept: readonly number[] }

/** Looks up which of some work items, by index, need not be built, since an image of equal making is there. */
export const findUnchanged = async (
  items: readonly WorkItem[],
  keys: readonly string[],
  chosen: readonly number[],
  { tags, byDigest, forced }: Pick<PlanInputs, 'tags' | 'byDigest'> & { readonly forced: Forced['items'] },
  io: Io,
): Promise<Unchanged> => {
  // Tags that publish makes point to what is made of several images, so the key alone tells.
  const names = byDigest ? [] : nameImages(items, tags)
  const candidates = chosen.flatMap((index): readonly Candidate[] => {
    const [item, key] = [items[index], keys[index]]
    if (item === undefined || key === undefined) return []
    return forced.has(index) ? [] : [{ index, item, key, names: names[index] ?? [] }]
  })
  const byImage = Map.groupBy(candidates, ({ item }) => item.image)
  const found = await Promise.all([...byImage].map(([image, ofImage]) => publishedIn(image, ofImage, io)))
  const published = found.flat().toSorted((a, b) => a.index - b.index)
  const gone = new Set(published.map(({ index }) => index))
  return {
    unchanged: published.map(({ item, key }) => ({
      manifestId: item.manifestId,
      platform: item.platform,
      image: `${item.image}:${keyTag(key)}`,
      ...(byDigest ? { subject: imageSubject(item) } : {}),
    })),
    kept: chosen.filter((index) => !gone.has(index)),
  }
}
