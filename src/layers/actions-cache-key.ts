/**
 * What an entry of the Actions cache is, by its key.
 * `blob`: a blob of BuildKit's `type=gha` cache, shared by all its scopes. `index`: what one scope holds; each export
 * writes the next generation, and only the newest of a Git ref is read. `own`: a file that Strata keeps there.
 */
export type ActionsCacheKey =
  | { readonly kind: 'blob'; readonly digest: string }
  | { readonly kind: 'index'; readonly cacheScope: string; readonly generation: number }
  | { readonly kind: 'own' }

/** How the keys begin that {@link parseActionsCacheKey} knows. */
export const ACTIONS_CACHE_PREFIXES = ['buildkit-blob-1-', 'index-', 'strata-'] as const

/** moby/buildkit, cache/remotecache/gha/gha.go: `blobKey`. */
const BLOB = /^buildkit-blob-1-(sha256:[0-9a-f]{64})$/
/** The same file's `indexKey`, whose hash is of the Git ref; tonistiigi/go-actions-cache appends `#<n>`. */
const INDEX = /^index-(.+)-1-[0-9a-f]{8}#(\d+)$/
/** src/commands/reporting/history.ts */
const OWN = /^strata-history\//

/** Reads a key; undefined when it is that of another tool. */
export const parseActionsCacheKey = (key: string): ActionsCacheKey | undefined => {
  const [, digest] = BLOB.exec(key) ?? []
  if (digest !== undefined) return { kind: 'blob', digest }
  const [, cacheScope, generation] = INDEX.exec(key) ?? []
  if (cacheScope !== undefined) return { kind: 'index', cacheScope, generation: Number(generation) }
  return OWN.test(key) ? { kind: 'own' } : undefined
}
