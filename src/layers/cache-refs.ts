import { createHash } from 'node:crypto'
import type { CacheStrategy } from '../factory/factory.ts'
import { platformSlug, type Platform } from '../oci/platform.ts'
import { isTag } from '../oci/reference.ts'
import { inputError } from '../problem.ts'
import type { Prefix } from './tree.ts'

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

/** What a cache ref is named after. */
export type CacheSubject = { readonly manifestId: string; readonly platform: Platform }

/** The cache ref of one work item where refs are not named by content, always of exactly one platform. */
export const cacheRef = (
  strategy: Exclude<CacheStrategy, 'layer'>,
  repository: string,
  { manifestId, platform }: CacheSubject,
): string => {
  switch (strategy) {
    case 'manifest':
      return `${repository}:${cacheTag(`${manifestId}-${platformSlug(platform)}`)}`
    case 'platform':
      return `${repository}:${platformSlug(platform)}`
  }
}

/** Hex digits of a key that a ref is named after. */
const KEY_LENGTH = 16

/** The tag of the cache ref that holds a prefix: `core-linux-arm64-3f9c0a1b2c3d4e5f`. */
export const prefixTag = ({ layer, platform, key }: Pick<Prefix, 'layer' | 'platform' | 'key'>): string =>
  cacheTag(`${layer.layer.toLowerCase()}-${platformSlug(platform)}-${key.slice(0, KEY_LENGTH)}`)

/** What makes two prefixes the same one, where they are of two repositories. */
const nameOf = (prefix: Prefix | undefined): string => `${prefix?.layer.layer ?? ''} ${prefix?.key ?? ''}`

const refuseClashes = (prefixes: readonly Prefix[], tags: readonly string[]): void => {
  const owners = new Map<string, number>()
  for (const [index, tag] of tags.entries()) {
    const other = owners.get(tag)
    if (other === undefined) owners.set(tag, index)
    else if (nameOf(prefixes[other]) !== nameOf(prefixes[index])) {
      const names = [other, index].map((each) => prefixes[each]?.layer.variant ?? '')
      throw inputError(`two prefixes, of ${names.join(' and ')}, would be cached as ${tag}`, {
        hint: 'rename one of the variants, or change one of the fragments by a blank in a step',
      })
    }
  }
}

/**
 * The tag of every prefix, in their order; equal for equal keys, which are of different repositories. Throws an
 * InputError when two that differ would have the same, which takes two keys of equal beginnings.
 */
export const prefixTags = (prefixes: readonly Prefix[]): readonly string[] => {
  const tags = prefixes.map(prefixTag)
  // Sorting finds equal ones with far less memory than a map of all.
  const sorted = tags.toSorted()
  if (sorted.some((tag, index) => tag === sorted[index + 1])) refuseClashes(prefixes, tags)
  return tags
}
