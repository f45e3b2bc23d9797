import { createHash } from 'node:crypto'
import type { CacheStrategy } from '../factory/factory.ts'
import { platformSlug, type Platform } from '../oci/platform.ts'
import { isTag } from '../oci/reference.ts'

const MAX_TAG = 128

/**
 * A tag from a name of ours. Names are valid tags already unless they are too long or in foreign letters; those are
 * replaced or cut and get 8 hex of their hash, so that names which look alike then do not share a tag.
 */
export const cacheTag = (name: string): string => {
  if (isTag(name) && name === name.toLowerCase()) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  const clean = name.toLowerCase().replaceAll(/[^a-z0-9_.-]/g, '-')
  // A tag cannot begin with a dot or a dash, and nothing else may be left of a name in foreign letters.
  const readable = clean.replace(/^[.-]+/, '').slice(0, MAX_TAG - hash.length - 1)
  return readable === '' ? hash : `${readable}-${hash}`
}

/** Where cache refs live: a repository of their own, or one ref that the user named in full. */
export type CacheLocation = { readonly repository: string; readonly tag?: string }

/** What a cache ref is named after. */
export type CacheSubject = { readonly manifestId: string; readonly platform: Platform }

/** The cache ref of one work item, always of exactly one platform. The only place that knows the strategies' names. */
export const cacheRef = (
  strategy: Exclude<CacheStrategy, 'layer'>,
  { repository, tag }: CacheLocation,
  { manifestId, platform }: CacheSubject,
): string => {
  if (tag !== undefined) return `${repository}:${tag}`
  switch (strategy) {
    case 'manifest':
      return `${repository}:${cacheTag(`${manifestId}-${platformSlug(platform)}`)}`
    case 'platform':
      return `${repository}:${platformSlug(platform)}`
  }
}
