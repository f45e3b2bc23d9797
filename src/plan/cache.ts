import type { CacheStrategy, Factory } from '../factory/factory.ts'
import type { WorkItem } from '../factory/work-item.ts'
import { formatReference, parseReference } from '../oci/reference.ts'
import { inputError } from '../problem.ts'
import type { CacheAccess } from './access.ts'

/** Where the cache of a run lives, how its refs are named, and what may be done with it. */
export type PlannedCache = {
  readonly strategy: CacheStrategy
  /** Repository of the cache refs in canonical form, or one ref with its tag; absent when there is no registry to keep it. */
  readonly ref?: string
  /**
   * Of pools whose cache is elsewhere, by name, the repositories that they read. They write the first; the last is that
   * of all others.
   */
  readonly pools: Readonly<Record<string, readonly string[]>>
  readonly access: CacheAccess
}

/** What inputs say of the cache; they come before the factory file. */
export type CacheInputs = { readonly registry?: string; readonly cacheRef?: string }

/** What the format knows and this release does not do is refused, since doing something else instead would cost trust. */
const checkBackend = ({ cache: { backend }, file }: Factory): void => {
  if (backend === 'registry') return
  const place = { file, line: 1, column: 1 }
  const hint = 'caches elsewhere can be named in inputs cache-from and cache-to'
  const found = `cache.backend is ${backend}, which this release does not have yet`
  throw inputError(found, { place, expected: 'registry', hint })
}

/** Strategy `layer` names its refs itself, so with exactly one ref it is `platform` unless the file says otherwise. */
const strategyOf = ({ cache: { strategy } }: Factory, ref: string | undefined): CacheStrategy => {
  const tag = ref === undefined ? undefined : parseReference(ref)?.tag
  if (tag === undefined) return strategy ?? 'layer'
  if (strategy !== 'layer') return strategy ?? 'platform'
  const found = `the cache ref ${ref ?? ''} has a tag, and cache.strategy is layer, which gives each prefix a tag of its own`
  throw inputError(found, { expected: 'a repository, or cache.strategy platform' })
}

/** The one that is named, or a repository beside the images, never the images' own. */
const refOf = ({ name, registry, cache }: Factory, inputs: CacheInputs): string | undefined => {
  const home = inputs.registry ?? registry
  const ref = inputs.cacheRef ?? cache.ref ?? (home === undefined ? undefined : `${home}/${name}-cache`)
  if (ref === undefined) return undefined
  const reference = parseReference(ref)
  if (reference !== undefined) return formatReference(reference)
  const expected = 'a repository such as ghcr.io/acme/cache, with a tag if you want exactly one ref'
  throw inputError(`the cache ref is ${JSON.stringify(ref)}`, { expected })
}

/**
 * Repositories of the pools that have one of their own, and of those that take it over from the plain pool of their
 * platform. An input that says where the cache is says so for all pools.
 */
const poolsOf = ({ pools }: Factory, { cacheRef }: CacheInputs, ref: string | undefined): PlannedCache['pools'] => {
  if (cacheRef !== undefined) return {}
  const entries = pools.flatMap(({ name, platform, cache }): readonly (readonly [string, readonly string[]])[] => {
    const plain = pools.find((pool) => pool.platform === platform && pool.accelerator === undefined)
    const own = [cache, plain?.cache].flatMap((each) => parseReference(each ?? '') ?? []).map(formatReference)
    return own.length === 0 ? [] : [[name, [...new Set([...own, ...(ref === undefined ? [] : [ref])])]]]
  })
  return Object.fromEntries(entries)
}

/** A cache ref with a tag is one ref, and a cache ref holds exactly one platform. */
const checkOneRef = (ref: string, items: readonly WorkItem[]): void => {
  const platforms = [...new Set(items.map(({ platform }) => platform))]
  if (parseReference(ref)?.tag === undefined || platforms.length < 2) return
  const expected = 'a repository, or one platform: a cache ref holds one'
  throw inputError(`cache ref ${ref} has a tag and there are work items for ${platforms.join(', ')}`, { expected })
}

/**
 * The cache of a run: inputs first, then the factory file, its pools before the rest, then a repository named after the
 * factory.
 * Throws an InputError for a ref that is none, one ref for several platforms, and what this release cannot do.
 */
export const planCache = (
  factory: Factory,
  items: readonly WorkItem[],
  inputs: CacheInputs,
  access: CacheAccess,
): PlannedCache => {
  checkBackend(factory)
  const ref = refOf(factory, inputs)
  const strategy = strategyOf(factory, ref)
  const pools = poolsOf(factory, inputs, ref)
  if (ref === undefined) return { strategy, pools, access }
  checkOneRef(ref, items)
  return { strategy, ref, pools, access }
}
