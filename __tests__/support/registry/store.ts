import { createHash } from 'node:crypto'

export type StoredManifest = { readonly mediaType: string; readonly bytes: Buffer }

export type StoredRepository = {
  readonly blobs: Map<string, Buffer>
  /** By digest. */
  readonly manifests: Map<string, StoredManifest>
  /** Digest by tag, in the order of the pushes. */
  readonly tags: Map<string, string>
  readonly uploads: Map<string, Buffer>
}

/** Repositories by name. */
export type Store = Map<string, StoredRepository>

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** The repository, made where it does not exist. */
export const repositoryIn = (store: Store, name: string): StoredRepository => {
  const repository = store.get(name) ?? {
    blobs: new Map(),
    manifests: new Map(),
    tags: new Map(),
    uploads: new Map(),
  }
  store.set(name, repository)
  return repository
}

export const putBlob = (repository: StoredRepository, bytes: Buffer): string => {
  const digest = digestOf(bytes)
  repository.blobs.set(digest, bytes)
  return digest
}

/** Stores a manifest, under a tag too if there is one. */
export const putManifest = (repository: StoredRepository, manifest: StoredManifest, tag?: string): string => {
  const digest = digestOf(manifest.bytes)
  repository.manifests.set(digest, manifest)
  if (tag !== undefined) repository.tags.set(tag, digest)
  return digest
}

/** The digest that a tag or digest stands for, if there is such a manifest. */
export const resolveIdentifier = (repository: StoredRepository, identifier: string): string | undefined => {
  const digest = identifier.includes(':') ? identifier : repository.tags.get(identifier)
  return digest !== undefined && repository.manifests.has(digest) ? digest : undefined
}

/** Deletes a manifest with all tags on it. */
export const deleteManifest = (repository: StoredRepository, digest: string): void => {
  repository.manifests.delete(digest)
  for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag)
}
