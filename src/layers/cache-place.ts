import { parseReference, type Reference } from '../oci/reference.ts'

/** Where BuildKit's cache is kept. */
export type CacheBackend = 'registry' | 'local' | 'gha' | 'inline'

/**
 * Where one cache ref is. Refs are texts: `ghcr.io/acme/cache:<tag>` in a registry, `local://<folder>:<tag>` a folder on
 * this machine, `gha://<name>:<tag>` a scope of the Actions cache, `inline://<image>` in the image itself.
 */
export type CachePlace =
  | { readonly backend: 'registry'; readonly reference: Reference }
  /** `home` is the folder of all refs: a name below the machine's cache folder, or a path that begins with `/` or `./`. */
  | { readonly backend: 'local'; readonly home: string; readonly tag: string }
  | { readonly backend: 'gha'; readonly scope: string }
  | { readonly backend: 'inline'; readonly image: string }

const SCHEME = /^(local|gha|inline):\/\/(.*)$/s

/** The backend that a cache repository or a ref of it is of. */
export const backendOf = (repository: string): CacheBackend => {
  switch (SCHEME.exec(repository)?.[1]) {
    case 'local':
      return 'local'
    case 'gha':
      return 'gha'
    case 'inline':
      return 'inline'
    default:
      return 'registry'
  }
}

/** The folder or the name in front of a tag, and the tag. */
const splitTag = (text: string): readonly [string, string] => {
  const colon = text.lastIndexOf(':')
  return colon <= text.lastIndexOf('/') ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** Reads a cache ref; undefined when it is none. */
export const parsePlace = (ref: string): CachePlace | undefined => {
  const [, , rest = ''] = SCHEME.exec(ref) ?? []
  const [home, tag] = splitTag(rest)
  switch (backendOf(ref)) {
    case 'local':
      return home === '' || tag === '' ? undefined : { backend: 'local', home, tag }
    case 'gha':
      return tag === '' ? undefined : { backend: 'gha', scope: tag }
    case 'inline':
      return rest === '' ? undefined : { backend: 'inline', image: rest }
    case 'registry': {
      const reference = parseReference(ref)
      return reference === undefined ? undefined : { backend: 'registry', reference }
    }
  }
}

/** The name or path of the folder that a local cache repository is; undefined for all others. */
export const localHomeOf = (repository: string): string | undefined => {
  if (backendOf(repository) !== 'local') return undefined
  return splitTag(SCHEME.exec(repository)?.[2] ?? '')[0]
}

/** Where a local cache lies: names are below the machine's own cache folder. */
export const localFolder = (home: string, cacheHome: string): string =>
  home.startsWith('/') || home.startsWith('./') ? home : `${cacheHome}/${home}`

/** Tags of one layer and platform have all but their key in common; others are a group each. */
export const tagGroup = (tag: string): string => tag.replace(/-[0-9a-f]{16}$/, '')
