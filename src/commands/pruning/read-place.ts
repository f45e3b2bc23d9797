import { reasonOf } from '../../io/failure-reason.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Store } from '../../io/stores/store.ts'
import type { FoundHolding, Holding, StoreListing } from '../../retention/holding.ts'

/** A place, and all that is in it as far as it can be found. */
export type ReadPlace = { readonly store: Store; readonly listing: StoreListing }

/** What a place is for, and its name as references have it; the Actions cache has none. */
export type PlaceKind = Pick<StoreListing, 'role' | 'repository' | 'mirrorOf'>

/** What BuildKit's caches and our own artifacts are: nobody signs them, so nobody is asked who refers to them. */
const hasReferrers = ({ inspection }: FoundHolding): boolean => {
  if (inspection.status !== 'read') return false
  const { children, configType = '', artifactType = '' } = inspection.content
  return children.length > 0 || (configType.includes('image.config') && artifactType === '')
}

const childrenOf = ({ inspection }: FoundHolding): readonly Holding[] =>
  inspection.status === 'read'
    ? inspection.content.children.map(({ digest }) => ({ id: digest, tags: [], digest }))
    : []

/** An object, and what leads from it to others. What refers to it must be known, else nothing is known of it. */
const follow = async (
  object: Holding,
  store: Store,
): Promise<{ readonly found: FoundHolding; readonly led: readonly Holding[] }> => {
  const found: FoundHolding = { object, inspection: await store.inspect(object) }
  const { digest } = object
  if (digest === undefined || !hasReferrers(found)) return { found, led: childrenOf(found) }
  try {
    return { found, led: [...childrenOf(found), ...(await store.referrers(digest))] }
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const reason = `what refers to it cannot be listed: ${error.message}`
    return { found: { object, inspection: { status: 'unreadable', reason } }, led: childrenOf(found) }
  }
}

/** What is listed, and of the known digests those that are not. */
const findObjects = async (store: Store, digests: readonly string[]): Promise<readonly Holding[]> => {
  const listed = (await store.list()) ?? []
  const known = new Set(listed.map(({ digest }) => digest))
  return [...listed, ...(await store.find(digests.filter((digest) => !known.has(digest))))]
}

const readObjects = async (store: Store, digests: readonly string[]): Promise<readonly FoundHolding[]> => {
  const objects: FoundHolding[] = []
  const seen = new Set<string>()
  const keyOf = ({ id, digest }: Holding): string => digest ?? id
  let next = await findObjects(store, digests)
  while (next.length > 0) {
    for (const object of next) seen.add(keyOf(object))
    const followed = await Promise.all(next.map((object) => follow(object, store)))
    objects.push(...followed.map(({ found }) => found))
    const led = new Map(followed.flatMap((each) => each.led).map((object) => [keyOf(object), object]))
    next = [...led.values()].filter((object) => !seen.has(keyOf(object)))
  }
  return objects
}

/**
 * Everything in a place: what it lists, what of `digests` is there besides, and what all that leads to. Where it cannot be
 * listed as a whole, the reason.
 */
export const readPlace = async (store: Store, kind: PlaceKind, digests: readonly string[] = []): Promise<ReadPlace> => {
  const place = { name: store.name, ...kind }
  try {
    return { store, listing: { ...place, objects: await readObjects(store, digests) } }
  } catch (error) {
    return { store, listing: { ...place, objects: [], unreadable: reasonOf(error) } }
  }
}
