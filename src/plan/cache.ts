import { parseCacheAttributes } from '../factory/cache-source.ts'
import type { CacheMirror, CacheStrategy, Factory } from '../factory/factory.ts'
import type { WorkItem } from '../factory/work-item.ts'
import type { CacheBackend } from '../layers/cache-place.ts'
import { formatReference, parseReference, repositoryOf } from '../oci/reference.ts'
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
  /** Repository that runs of the untrusted domain write. */
  readonly untrusted?: string
  /** Further repositories with the same refs. */
  readonly mirrors?: readonly CacheMirror[]
  /** Further sources, as Buildx takes them. */
  readonly from?: readonly string[]
  /** Most that a local cache holds, bytes. */
  readonly maxBytes?: number
  /** There when nobody asked for a cache on this machine: a builder that cannot write one does without. */
  readonly embedded?: boolean
  readonly access: CacheAccess
}

/** What inputs say of the cache; they come before the factory file. */
export type CacheInputs = { readonly registry?: string; readonly cacheRef?: string }

/** Most that a local cache holds unless the file says otherwise: a repository's Actions cache has 10 GB for everything. */
const DEFAULT_MAX_BYTES = 8 * 1024 ** 3

/** Inputs come first; a folder is what is left where no registry is configured. */
const backendFor = ({ registry, cache, pools }: Factory, inputs: CacheInputs): CacheBackend => {
  if (inputs.cacheRef !== undefined) return 'registry'
  if (cache.backend !== undefined) return cache.backend
  const names = [inputs.registry, registry, cache.ref, cache.untrustedRef, ...pools.map((pool) => pool.cache)]
  return names.every((name) => name === undefined) && (cache.mirrors ?? []).length === 0 ? 'local' : 'registry'
}

/** What only repositories can do is refused elsewhere, since doing something else instead would cost trust. */
const checkBackend = ({ cache, pools, file }: Factory, backend: CacheBackend): void => {
  const place = { file, line: 1, column: 1 }
  const only: readonly (readonly [string, boolean])[] = [
    ['cache.ref', cache.ref !== undefined],
    ['cache.untrusted-ref', cache.untrustedRef !== undefined],
    ['cache.mirrors', (cache.mirrors ?? []).length > 0],
    ['the cache of a pool', pools.some((pool) => pool.cache !== undefined)],
  ]
  const [key] = only.find(([, isGiven]) => isGiven) ?? []
  if (backend !== 'registry' && key !== undefined) {
    throw inputError(`cache.backend is ${backend} and ${key} is a repository`, { place, expected: 'backend registry' })
  }
  if (backend === 'inline' && cache.strategy !== undefined && cache.strategy !== 'manifest') {
    const hint = 'an inline cache is part of an image, so it holds the steps of that image alone'
    throw inputError(`cache.backend is inline and cache.strategy ${cache.strategy}`, {
      ...{ place, expected: 'manifest, or no strategy', hint },
    })
  }
  const folder = backend === 'local' ? undefined : cache.folder
  if (folder !== undefined && cache.backend !== 'local') {
    throw inputError(`cache.folder is given and cache.backend is ${backend}`, { place, expected: 'backend local' })
  }
}

/** What stands for the repository where the cache is elsewhere. */
const homeFor = (backend: Exclude<CacheBackend, 'registry'>, { name, cache: { folder } }: Factory): string => {
  if (backend !== 'local' || folder === undefined) return backend === 'inline' ? 'inline://' : `${backend}://${name}`
  return `local://${folder.startsWith('/') ? folder : `./${folder.replace(/^\.\//, '')}`}`
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

/** Repositories in canonical form, which the shapes of the factory file have checked. */
const canonical = (text: string): string => formatReference(parseReference(text) ?? { registry: '', repository: text })

/** Beside the refs: where untrusted runs write, mirrors, and further sources. */
const besides = ({ cache: { untrustedRef, mirrors = [], from = [] } }: Factory, ref: string | undefined) => {
  const repository = parseReference(ref ?? '')
  if (untrustedRef !== undefined && repository && canonical(untrustedRef) === repositoryOf(repository)) {
    const hint = 'whoever may write it could plant layers in trusted builds'
    throw inputError(`cache.untrusted-ref is the trusted repository ${repositoryOf(repository)}`, {
      expected: 'another repository',
      hint,
    })
  }
  return {
    ...(untrustedRef === undefined ? {} : { untrusted: canonical(untrustedRef) }),
    ...(mirrors.length === 0 ? {} : { mirrors: mirrors.map((mirror) => ({ ...mirror, ref: canonical(mirror.ref) })) }),
    ...(from.length === 0 ? {} : { from }),
  }
}

/** Whether a source, as Buildx takes it, is in a repository. */
export const readsRepository = (source: string, repository: string | undefined): boolean => {
  const ref = parseReference(parseCacheAttributes(source)?.get('ref') ?? '')
  return ref !== undefined && repositoryOf(ref) === repository
}

/** The untrusted repository can be none that a trusted run reads. */
const checkDomains = (cache: PlannedCache, file: string): PlannedCache => {
  const { untrusted, mirrors = [], pools, from = [] } = cache
  const read = [...mirrors.map(({ ref }) => ref), ...Object.values(pools).flat()]
  const isRead = read.includes(untrusted ?? '') || from.some((source) => readsRepository(source, untrusted))
  if (untrusted === undefined || !isRead) return cache
  const place = { file, line: 1, column: 1 }
  const found = `cache.untrusted-ref ${untrusted} is in cache.mirrors, cache.from or a pool as well, which trusted runs read`
  throw inputError(found, { place, expected: 'a repository of its own' })
}

/**
 * The cache of a run: inputs first, then the factory file, its pools before the rest, then a repository named after the
 * factory, or where there is no registry a folder of this machine.
 * Throws an InputError for a ref that is none, one ref for several platforms, and what a backend cannot do.
 */
export const planCache = (
  factory: Factory,
  items: readonly WorkItem[],
  inputs: CacheInputs,
  access: CacheAccess,
): PlannedCache => {
  const backend = backendFor(factory, inputs)
  checkBackend(factory, backend)
  const { cache, file } = factory
  if (backend !== 'registry') {
    const strategy = backend === 'inline' ? 'manifest' : (cache.strategy ?? 'layer')
    return {
      ...{ strategy, ref: homeFor(backend, factory), pools: {} },
      ...besides(factory, undefined),
      ...(backend === 'local' ? { maxBytes: cache.maxBytes ?? DEFAULT_MAX_BYTES } : {}),
      ...(backend === 'local' && cache.backend === undefined ? { embedded: true } : {}),
      access,
    }
  }
  const ref = refOf(factory, inputs)
  const strategy = strategyOf(factory, ref)
  const pools = poolsOf(factory, inputs, ref)
  const planned = { strategy, pools, ...besides(factory, ref), access }
  if (ref === undefined) return checkDomains(planned, file)
  checkOneRef(ref, items)
  return checkDomains({ ...planned, ref }, file)
}
