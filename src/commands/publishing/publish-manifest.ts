import type { Io } from '../../io/io.ts'
import { sha256Of } from '../../io/registry/content.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { renderIndex } from '../../oci/image-index.ts'
import { OCI_INDEX } from '../../oci/media-types.ts'
import { parseReference, type Repository } from '../../oci/reference.ts'
import { keyTag } from '../../plan/published-key.ts'
import { indexAnnotations } from '../../publish/index-annotations.ts'
import type { ManifestResult } from '../../publish/publish-report.ts'
import type { WantedManifest } from '../../publish/wanted.ts'
import { moveTag, type IndexToPublish, type TagTerms } from './move-tag.ts'
import { readChildren, type ReadChild } from './read-children.ts'

const indexOf = (
  manifest: WantedManifest,
  repository: Repository,
  children: readonly ReadChild[],
  { run }: TagTerms,
): IndexToPublish => {
  const entries = children.flatMap((child) => child.entries)
  const text = renderIndex(entries, indexAnnotations(manifest, run))
  const bytes = Buffer.from(text)
  return {
    ...{ repository, digest: sha256Of(bytes), bytes },
    children: entries.map(({ descriptor }) => descriptor.digest),
  }
}

/** Stores the index without a tag and reads it back, so that no tag ever points to what cannot be pulled. */
const storeIndex = async ({ repository, digest, bytes, children }: IndexToPublish, io: Io): Promise<void> => {
  const { registry } = repository
  await io.registry.putManifest({ ...repository, digest }, bytes, OCI_INDEX)
  const { manifest } = await io.registry.getManifest({ ...repository, digest })
  const listed = manifest.kind === 'index' ? manifest.manifests.map((child) => child.digest) : []
  if (listed.join() !== children.join()) {
    throw new RegistryError(`the index ${digest} is not what was pushed when it is read back`, { registry })
  }
  const heads = await Promise.all(listed.map((child) => io.registry.headManifest({ ...repository, digest: child })))
  const gone = listed.find((_, position) => heads[position] === undefined)
  if (gone !== undefined) throw new RegistryError(`${gone}, which the index ${digest} lists, is gone`, { registry })
}

/** Tags the images by what they are made of, for `skip-unchanged` to find them. Nothing depends on it. */
const tagKeys = async (repository: Repository, children: readonly ReadChild[], io: Io): Promise<void> => {
  for (const { key, pushed, platform } of children) {
    if (key === undefined) continue
    const reference = { ...repository, tag: keyTag(key) }
    try {
      const head = await io.registry.headManifest(reference)
      if (head !== undefined) continue
      await io.registry.putManifest(reference, Uint8Array.from(pushed.bytes), pushed.descriptor.mediaType)
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      const message = `the image for ${platform} will be built again though nothing changed: ${error.message}`
      io.actions.warning({ message })
    }
  }
}

const isNeeded = (tags: ManifestResult['tags']): boolean => tags.some(({ status }) => status === 'planned')

const publishComplete = async (
  index: IndexToPublish,
  names: readonly string[],
  children: readonly ReadChild[],
  terms: TagTerms,
  io: Io,
): Promise<ManifestResult['tags']> => {
  const tell = (rules: TagTerms) => Promise.all(names.map((tag) => moveTag(tag, index, rules, io)))
  const planned = await tell({ ...terms, dryRun: true })
  if (terms.dryRun) return planned
  if (isNeeded(planned)) {
    try {
      await storeIndex(index, io)
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      const reason = error.message
      return planned.map((tag) => (tag.status === 'planned' ? { ...tag, status: 'refused', reason } : tag))
    }
  }
  const tags = isNeeded(planned) ? await tell(terms) : planned
  await tagKeys(index.repository, children, io)
  return tags
}

/** Publishes one manifest: an index of all its images under all its tags, or nothing when one is missing. */
export const publishManifest = async (
  manifest: WantedManifest,
  names: readonly string[],
  terms: TagTerms,
  io: Io,
): Promise<ManifestResult> => {
  const { manifestId, aliases, image } = manifest
  const repository = parseReference(image)
  const { children, missing } = await readChildren(manifest, io)
  const platforms = Object.fromEntries(children.map(({ platform, digest }) => [platform, digest]))
  const common = { manifestId, aliases, image, missing, platforms }
  if (missing.length > 0 || children.length === 0 || repository === undefined) return { ...common, tags: [] }
  const { registry, repository: path } = repository
  const index = indexOf(manifest, { registry, repository: path }, children, terms)
  const tags = await publishComplete(index, names, children, terms, io)
  return { ...common, digest: tags.find(({ status }) => status === 'same')?.digest ?? index.digest, tags }
}
