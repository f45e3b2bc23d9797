import type { Descriptor } from '../../oci/oci-manifest.ts'

/**
 * What a store deletes as one: all that is under one digest of a registry, a version of a package, an entry of the
 * Actions cache. Tags that share a digest are one object, since they live and die together.
 */
export type StoredObject = {
  /**
   * What `delete` knows it by, unique in the store: on plain OCI the digest (the tag where that could not be read), on
   * GHCR the number of the version, in the Actions cache the number of the entry.
   */
  readonly id: string
  /** All tags that lead to it, sorted; none for what only other objects lead to. In the Actions cache its one key. */
  readonly tags: readonly string[]
  /** `sha256:<hex>`; absent in the Actions cache, and where a tag could not be read. */
  readonly digest?: string
  /** When it was stored, ISO 8601 UTC. Plain OCI does not know. */
  readonly pushedAt?: string
  /** When it was read last, ISO 8601 UTC. Only the Actions cache knows. */
  readonly usedAt?: string
  /** All of it, bytes. Only the Actions cache knows without reading it. */
  readonly bytes?: number
  /** The Git ref that may read it. Only in the Actions cache. */
  readonly scope?: string
}

/** What an OCI manifest or index says of itself. */
export type StoredContent = {
  readonly kind: 'manifest' | 'index'
  readonly digest: string
  readonly mediaType: string
  /** Of the document itself, bytes. */
  readonly size: number
  readonly artifactType?: string
  /** Media type of its config: tells a BuildKit cache from an image. Absent for an index. */
  readonly configType?: string
  /** Digest of what it is about: a signature or attestation has one. */
  readonly subject?: string
  /** Objects of the same repository that it needs: the OCI manifests of an index. */
  readonly children: readonly Descriptor[]
  /** Config and filesystem layers; of an index that is a BuildKit cache, the blobs that it lists. */
  readonly blobs: readonly Descriptor[]
  readonly annotations: Readonly<Record<string, string>>
}

/** What came of reading an object. `unreadable`: nothing may be concluded from it, its reason is for people. */
export type Inspection =
  | { readonly status: 'read'; readonly content: StoredContent }
  /** The Actions cache: an entry has no content that could be read. */
  | { readonly status: 'opaque' }
  | { readonly status: 'gone' }
  | { readonly status: 'unreadable'; readonly reason: string }

/**
 * What came of deleting an object.
 * `deleted`: it is gone; `restore` is what brings it back, for people, where the store can. `untagged`: its tags are
 * gone, and the registry's own garbage collection has to find the document. `gone`: somebody else was first, which is a
 * success. `moved`: it is not what was listed any more, so it was left alone. `skipped`: the store never deletes such
 * ones, as is expected (last version of a package, more than 5,000 downloads). `unsupported`: nothing can be deleted
 * here, and nothing more need be tried. `exhausted`: the store wants no more for `wait` ms, longer than is waited for.
 * `failed`: anything else.
 */
export type Deletion =
  | { readonly status: 'deleted'; readonly restore?: string }
  | { readonly status: 'untagged' }
  | { readonly status: 'gone' }
  | { readonly status: 'moved'; readonly reason: string }
  | { readonly status: 'skipped'; readonly reason: string }
  | { readonly status: 'unsupported'; readonly reason: string }
  | { readonly status: 'exhausted'; readonly reason: string; readonly wait: number }
  | { readonly status: 'failed'; readonly reason: string }

/** How fast a store may be asked. */
export type StorePace = {
  /** Objects that are deleted at the same time. */
  readonly concurrency: number
  /** Objects that are deleted in a minute; absent where there is no limit but the store's own answers. */
  readonly perMinute?: number
}

/**
 * A place that holds cache refs, records or images, as prune sees it: one repository of a registry, one package, the
 * Actions cache of one repository. One for each backend; they wait and try again by themselves while failures are
 * temporary, and honour `Retry-After` and `x-ratelimit-*`. Time comes in when a store is made.
 */
export type Store = {
  readonly backend: 'oci' | 'ghcr' | 'actions-cache'
  /** What people call it: `ghcr.io/acme/llm-cache`, `Actions cache of acme/llm`. No secret. */
  readonly name: string
  readonly pace: StorePace
  /**
   * All objects, in any order, each once. Undefined when the store does not know the place, which then holds nothing.
   * Throws rather than return a part. A tag that cannot be read is an object of its own without a digest.
   */
  readonly list: () => Promise<readonly StoredObject[] | undefined>
  /**
   * Those of these digests that are there and may be missing in `list`, as objects without tags; plain OCI asks for each
   * with one HEAD. Throws where it cannot be told. Empty where `list` has everything.
   */
  readonly find: (digests: readonly string[]) => Promise<readonly StoredObject[]>
  /**
   * Reads an object, or a child of one by its digest: nothing but `digest` (else the first tag) is looked at. Never
   * throws. What was read by digest once is not asked for again.
   */
  readonly inspect: (object: Pick<StoredObject, 'digest' | 'tags'>) => Promise<Inspection>
  /**
   * Objects that only their subject leads to: signatures and attestations of that digest. Throws where they cannot be
   * listed. Empty for the Actions cache.
   */
  readonly referrers: (digest: string) => Promise<readonly StoredObject[]>
  /**
   * Reads the object once more, and deletes it if it still is what was listed: same tags, same digest. Never throws.
   * `object` is one of `list` or of `referrers`, or `{ id: digest, tags: [], digest }` for a child.
   */
  readonly delete: (object: StoredObject) => Promise<Deletion>
}
