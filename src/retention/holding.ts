/**
 * What a store deletes as one: all that is under one digest of a registry, a version of a package, an entry of the
 * Actions cache. Tags that share a digest are one holding, since they live and die together.
 */
export type Holding = {
  /** What the store deletes it by, unique in the store. */
  readonly id: string
  /** All tags that lead to it; none for what only other holdings lead to. In the Actions cache its one key. */
  readonly tags: readonly string[]
  /** `sha256:<hex>` of the OCI manifest; absent in the Actions cache, and where a tag could not be read. */
  readonly digest?: string
  /** When it was stored, ISO 8601 UTC. Plain OCI does not know. */
  readonly pushedAt?: string
  /** When it was read last, ISO 8601 UTC. Only the Actions cache knows. */
  readonly usedAt?: string
  /** All of it, bytes; where the store knows without reading it. */
  readonly bytes?: number
  /** The Git ref that may read it. Only in the Actions cache. */
  readonly scope?: string
  /** Why the store will not delete it, where that is known before it is asked. */
  readonly locked?: string
}

/** Points to content in the same store. */
export type HeldContent = { readonly digest: string; readonly size: number }

/** What an OCI manifest or index says of itself. */
export type HoldingContent = {
  readonly mediaType: string
  /** Of the document itself, bytes. */
  readonly size: number
  readonly artifactType?: string
  /** Media type of its config: tells a BuildKit cache from an image. Absent for an index. */
  readonly configType?: string
  /** Digest of what it is about: a signature or attestation has one. */
  readonly subject?: string
  /** Holdings of the same store that it needs: the OCI manifests of an index. */
  readonly children: readonly Pick<HeldContent, 'digest'>[]
  /** Config and filesystem layers; of an index that is a BuildKit cache, the blobs that it lists. */
  readonly blobs: readonly (HeldContent & { readonly mediaType: string })[]
}

/**
 * What came of reading a holding. `opaque`: it has no content that could be read (Actions cache). `gone`: it went since
 * it was listed. `unreadable`: nothing may be concluded from it. `unread`: nobody asked, as records say enough of it
 * (`isKnown` in judgement.ts).
 */
export type HoldingInspection =
  | { readonly status: 'read'; readonly content: HoldingContent }
  | { readonly status: 'opaque' }
  | { readonly status: 'gone' }
  | { readonly status: 'unreadable'; readonly reason: string }
  | { readonly status: 'unread' }

/** A holding, and what is known of its content. */
export type FoundHolding = { readonly object: Holding; readonly inspection: HoldingInspection }

/**
 * What a store is for. `cache`: cache refs that protected branches write. `records`: what those builds did. `images`:
 * what was pushed for people. `untrusted`: cache refs of other branches, and `untrusted-records` what those builds did.
 * `actions-cache`: the Actions cache.
 */
export type StoreRole = 'cache' | 'records' | 'images' | 'untrusted' | 'untrusted-records' | 'actions-cache'

/**
 * What refs with a tag are called by those who need them: in a mirror they have the names of what it mirrors, too.
 * Its own name comes first.
 */
export const refNamesOf = (
  { name, repository = name, mirrorOf = [] }: Pick<StoreListing, 'name' | 'repository' | 'mirrorOf'>,
  tag: string,
): readonly string[] => [repository, ...mirrorOf].map((each) => `${each}:${tag}`)

/** All that is in a store at one moment. */
export type StoreListing = {
  /** What people call it, unique among the stores of a prune: `ghcr.io/acme/llm-cache`. */
  readonly name: string
  readonly role: StoreRole
  /** `<registry>/<path>` as in canonical references; absent for the Actions cache. */
  readonly repository?: string
  /** Of a mirror, the repositories whose refs it has as well: what is needed of them is needed here. */
  readonly mirrorOf?: readonly string[]
  /** In any order; each once, by id and by digest. */
  readonly objects: readonly FoundHolding[]
  /** Why there may be more than was found; then nothing of it goes. */
  readonly unreadable?: string
}
