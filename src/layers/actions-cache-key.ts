/**
 * What an entry of the Actions cache is, by its key.
 * `blob`: a blob of BuildKit's `type=gha` cache, shared by all its scopes. `index`: what one scope holds; each export
 * writes the next generation, and only the newest of a Git ref is read. `own`: what Strata keeps there; `series` is what
 * it is looked for by, where that finds the newest entry alone.
 */
export type ActionsCacheKey =
  | { readonly kind: 'blob'; readonly digest: string }
  | { readonly kind: 'index'; readonly cacheScope: string; readonly generation: number }
  | { readonly kind: 'own'; readonly series?: string }

/** Begins the keys of a report's history. More parts follow, each with a slash, and what tells its entries apart. */
export const HISTORY_ENTRIES = 'strata-history/'

/** The same of local caches that are carried from machine to machine. */
export const LOCAL_ENTRIES = 'strata-local/'

/** Begins the keys of kept cache mounts. */
export const MOUNT_ENTRIES = 'strata-mount-'

/** How the keys begin that {@link parseActionsCacheKey} knows. */
export const ACTIONS_CACHE_PREFIXES = ['buildkit-blob-1-', 'index-', 'strata-'] as const

/** moby/buildkit, cache/remotecache/gha/gha.go: `blobKey`. */
const BLOB = /^buildkit-blob-1-(sha256:[0-9a-f]{64})$/
/** The same file's `indexKey`, whose hash is of the Git ref; tonistiigi/go-actions-cache appends `#<n>`. */
const INDEX = /^index-(.+)-1-[0-9a-f]{8}#(\d+)$/

/** Reads a key; undefined when it is that of another tool. */
export const parseActionsCacheKey = (key: string): ActionsCacheKey | undefined => {
  const [, digest] = BLOB.exec(key) ?? []
  if (digest !== undefined) return { kind: 'blob', digest }
  const [, cacheScope, generation] = INDEX.exec(key) ?? []
  if (cacheScope !== undefined) return { kind: 'index', cacheScope, generation: Number(generation) }
  if (key.startsWith(MOUNT_ENTRIES)) return { kind: 'own' }
  if (!key.startsWith(HISTORY_ENTRIES) && !key.startsWith(LOCAL_ENTRIES)) return undefined
  return { kind: 'own', series: key.slice(0, key.lastIndexOf('/') + 1) }
}
