import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { Store } from '../../io/stores/store.ts'
import { formatReference, parseReference, type Repository, repositoryOf } from '../../oci/reference.ts'
import { inputError } from '../../problem.ts'
import { recordsRepository } from '../../records/place.ts'
import type { StoreRole } from '../../retention/holding.ts'
import type { PruneInputs } from '../prune-inputs.ts'
import { surveyNeeds, type CurrentNeeds } from '../planning/survey-needs.ts'
import type { PlaceKind } from './read-place.ts'

/** Where untrusted runs write. */
type Untrusted = { readonly cache: Repository; readonly records: Repository }

/** Where caches and records are, and what of the caches is needed at the moment. */
export type PrunePlaces = {
  /** Of the factory, or the cache repository where there is no factory file. */
  readonly name: string
  readonly caches: readonly Repository[]
  /** Repositories that have the refs of all caches, too. */
  readonly mirrors: readonly Repository[]
  /** The cache of branches and pull requests, and its records. */
  readonly untrusted?: Untrusted
  readonly records: Repository
  /** Absent where there is no factory file: then records alone say what is needed. */
  readonly needs?: CurrentNeeds
}

const placeOf = (ref: string): Repository => {
  const { registry, repository } = parseReference(ref) ?? { registry: '', repository: '' }
  return { registry, repository }
}

const unique = (refs: readonly string[]): readonly Repository[] => {
  const places = refs.map(placeOf)
  return [...new Map(places.map((place) => [formatReference(place), place])).values()]
}

const withoutFactory = ({ plan }: PruneInputs, io: Io): PrunePlaces => {
  const { cacheRef, factory } = plan
  const records = cacheRef === undefined ? undefined : recordsRepository(cacheRef)
  if (cacheRef === undefined || records === undefined) {
    throw inputError(`there is no factory file ${factory}`, {
      expected: 'a checkout of the repository, or input cache-ref with the repository of the cache',
    })
  }
  io.actions.info(`There is no factory file ${factory}, so records alone say what is needed`)
  const [cache] = unique([cacheRef])
  return { name: cacheRef, caches: cache === undefined ? [] : [cache], mirrors: [], records }
}

const untrustedOf = (ref: string | undefined): Pick<PrunePlaces, 'untrusted'> => {
  const records = ref === undefined ? undefined : recordsRepository(ref)
  return ref === undefined || records === undefined ? {} : { untrusted: { cache: placeOf(ref), records } }
}

/** Finds the caches of the factory, with what it needs of them; of input `cache-ref` where there is no factory file. */
export const findPlaces = async (inputs: PruneInputs, context: Context, io: Io): Promise<PrunePlaces> => {
  if ((await io.files.read(inputs.plan.factory)) === undefined) return withoutFactory(inputs, io)
  const needs = await surveyNeeds(inputs.plan, context, io)
  const { ref, pools } = needs.cache
  const records = ref === undefined ? undefined : recordsRepository(ref)
  if (ref === undefined || records === undefined) {
    throw inputError(`${inputs.plan.factory} names no registry, so there is no cache to prune`, {
      expected: 'registry or cache.ref in the factory file, or input cache-ref',
    })
  }
  const { untrusted, mirrors = [] } = needs.cache
  const caches = unique([ref, ...Object.values(pools).flat()])
  const names = new Set(caches.map(repositoryOf))
  // What others write into a mirror that this factory only reads is theirs.
  const written = unique(mirrors.filter(({ write }) => write).map((mirror) => mirror.ref))
  return {
    ...{ name: needs.factory.name, caches, records, needs },
    mirrors: written.filter((place) => !names.has(repositoryOf(place))),
    ...untrustedOf(untrusted),
  }
}

/** A place that was opened, and what it is for. */
export type OpenedPlace = { readonly store: Store; readonly kind: PlaceKind }

/** The stores of all places. */
export type OpenedPlaces = {
  /** In the order in which they are pruned. */
  readonly others: readonly OpenedPlace[]
  readonly records: OpenedPlace
  /** Why nothing can be deleted, by the name of the place. */
  readonly closed: ReadonlyMap<string, string>
}

/** The Actions cache, where it was asked for. */
const openActionsCache = ({ actionsCache }: PruneInputs, io: Io): readonly OpenedPlace[] => {
  const store = actionsCache ? io.stores.actionsCache() : undefined
  if (store !== undefined) return [{ store, kind: { role: 'actions-cache' } }]
  const message = 'the Actions cache is not looked at: that takes the input github-token and a run of a repository'
  if (actionsCache) io.actions.warning({ message })
  return []
}

/** Opens the stores of all places, and says once of each that nothing can be deleted from it. */
export const openPlaces = (found: PrunePlaces, inputs: PruneInputs, io: Io): OpenedPlaces => {
  const { caches, mirrors, untrusted, records, needs } = found
  const closed = new Map<string, string>()
  const open = (place: Repository, role: StoreRole, more: Pick<PlaceKind, 'mirrorOf'> = {}): OpenedPlace => {
    const opened = io.stores.open(place, inputs.backend)
    const { store } = opened
    if (opened.status === 'closed') {
      closed.set(store.name, opened.reason)
      io.actions.warning({ title: 'Nothing can be deleted', message: `${store.name}: ${opened.reason}` })
    }
    return { store, kind: { role, repository: repositoryOf(place), ...more } }
  }
  const images = inputs.images ? unique(needs?.expansion.items.map(({ image }) => image) ?? []) : []
  const others = [
    ...caches.map((place) => open(place, 'cache')),
    ...mirrors.map((place) => open(place, 'cache', { mirrorOf: caches.map(repositoryOf) })),
    ...(untrusted === undefined ? [] : [open(untrusted.cache, 'untrusted')]),
    ...images.map((place) => open(place, 'images')),
    ...openActionsCache(inputs, io),
    ...(untrusted === undefined ? [] : [open(untrusted.records, 'untrusted-records')]),
  ]
  return { others, records: open(records, 'records'), closed }
}
