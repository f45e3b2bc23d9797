import type { Io } from '../../io/io.ts'
import type { CachePlace } from '../../layers/cache-place.ts'

/** Whether a cache ref outside of registries is there; undefined when nobody can tell. */
export const askPlace = async (
  place: Exclude<CachePlace, { readonly backend: 'registry' }>,
  io: Io,
): Promise<boolean | undefined> => {
  switch (place.backend) {
    case 'local':
      return (await io.localCache.content(place.home, place.tag)) !== undefined
    case 'gha':
      return io.ghaScopes.exists(place.scope)
    case 'inline':
      // The image may be there without a cache in it; BuildKit finds out.
      return undefined
  }
}

/** Says why scopes of the Actions cache could not be asked for, if that is so. */
export const tellScopes = (io: Io): void => {
  const fault = io.ghaScopes.fault()
  if (fault === undefined) return
  io.actions.info(`What the Actions cache holds is not known, so the build does without what it cannot find: ${fault}`)
}
