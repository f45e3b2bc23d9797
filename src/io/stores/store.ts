import type { Holding, HoldingContent, HoldingInspection } from '../../retention/holding.ts'

/** What an OCI manifest or index says of itself, which of them it is, and its digest. */
export type StoredContent = HoldingContent & { readonly kind: 'manifest' | 'index'; readonly digest: string }

/** What came of reading an object. Where a reason is given, it is for people. */
export type Inspection =
  | Exclude<HoldingInspection, { readonly status: 'read' | 'unread' }>
  | { readonly status: 'read'; readonly content: StoredContent }

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
  readonly list: () => Promise<readonly Holding[] | undefined>
  /**
   * Those of these digests that are there and may be missing in `list`, as objects without tags; plain OCI asks for each
   * with one HEAD. Throws where it cannot be told. Empty where `list` has everything.
   */
  readonly find: (digests: readonly string[]) => Promise<readonly Holding[]>
  /**
   * Reads an object, or a child of one by its digest: nothing but `digest` (else the first tag) is looked at. Never
   * throws. What was read by digest once is not asked for again.
   */
  readonly inspect: (object: Pick<Holding, 'digest' | 'tags'>) => Promise<Inspection>
  /**
   * Objects that only their subject leads to: signatures and attestations of that digest. Throws where they cannot be
   * listed. Empty for the Actions cache.
   */
  readonly referrers: (digest: string) => Promise<readonly Holding[]>
  /**
   * Reads the object once more, and deletes it if it still is what was listed: same tags, same digest. Never throws.
   * `object` is one of `list` or of `referrers`, or `{ id: digest, tags: [], digest }` for a child.
   */
  readonly delete: (object: Holding) => Promise<Deletion>
}
