import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Inspection, Store, StoredObject } from '../../io/stores/store.ts'

/** An object of a place, and what it says of itself. */
export type FoundObject = { readonly object: StoredObject; readonly inspection: Inspection }

/** All that is in a place, as far as it can be found. */
export type FoundPlace = {
  readonly store: Store
  /** What the store lists, then what only others lead to: children of indexes, and referrers. Each digest once. */
  readonly objects: readonly FoundObject[]
  /** Digests whose referrers could not be listed, with the reason. */
  readonly blind: ReadonlyMap<string, string>
}

/** What BuildKit's caches and our own artifacts are: nobody signs them, so nobody is asked who refers to them. */
const hasReferrers = ({ inspection }: FoundObject): boolean => {
  if (inspection.status !== 'read') return false
  const { kind, configType = '', artifactType = '' } = inspection.content
  return kind === 'index' || (configType.includes('image.config') && artifactType === '')
}

const childrenOf = ({ inspection }: FoundObject): readonly StoredObject[] =>
  inspection.status === 'read'
    ? inspection.content.children.map(({ digest }) => ({ id: digest, tags: [], digest }))
    : []

const referrersOf = async (
  found: FoundObject,
  store: Store,
  blind: Map<string, string>,
): Promise<readonly StoredObject[]> => {
  const { digest } = found.object
  if (digest === undefined || !hasReferrers(found)) return []
  try {
    return await store.referrers(digest)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    blind.set(digest, error.message)
    return []
  }
}

/** Everything in a place: what it lists, and what that leads to. Throws where it cannot be listed as a whole. */
export const readPlace = async (store: Store): Promise<FoundPlace> => {
  const objects: FoundObject[] = []
  const blind = new Map<string, string>()
  const seen = new Set<string>()
  const keyOf = ({ id, digest }: StoredObject): string => digest ?? id
  let next = (await store.list()) ?? []
  while (next.length > 0) {
    for (const object of next) seen.add(keyOf(object))
    const found = await Promise.all(next.map(async (object) => ({ object, inspection: await store.inspect(object) })))
    objects.push(...found)
    const led = await Promise.all(
      found.map(async (each) => [...childrenOf(each), ...(await referrersOf(each, store, blind))]),
    )
    next = [...new Map(led.flat().map((object) => [keyOf(object), object])).values()].filter(
      (object) => !seen.has(keyOf(object)),
    )
  }
  return { store, objects, blind }
}
