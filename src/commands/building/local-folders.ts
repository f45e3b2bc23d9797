import type { Io } from '../../io/io.ts'
import { backendOf, parsePlace } from '../../layers/cache-place.ts'
import type { LegRefs } from '../../plan/leg-cache.ts'

/** Tags of local refs, by the folder that they are in. */
export const tagsByHome = (refs: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const places = refs.map(parsePlace).filter((place) => place?.backend === 'local')
  return new Map([...Map.groupBy(places, ({ home }) => home)].map(([home, of]) => [home, of.map(({ tag }) => tag)]))
}

/**
 * Clears folders that are written and are not whole, since BuildKit takes blobs that lie there for good ones; and masks
 * the token of the Actions cache, which Buildx takes from the environment.
 */
export const prepareCache = async ({ items, prefixes }: LegRefs, io: Io): Promise<void> => {
  const writes = [...items.flatMap(({ to }) => to), ...prefixes].map(({ ref }) => ref)
  if (writes.some((ref) => backendOf(ref) === 'gha') && io.ghaScopes.token !== '') io.actions.mask(io.ghaScopes.token)
  await clearBroken(writes, io)
}

/** Clears those of the local refs that are not whole. */
export const clearBroken = async (refs: readonly string[], io: Io): Promise<void> => {
  for (const [home, tags] of tagsByHome(refs)) {
    const contents = await Promise.all(tags.map((tag) => io.localCache.content(home, tag)))
    await io.localCache.clear(
      home,
      tags.filter((_, index) => contents[index] === undefined),
    )
  }
}
