import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { OpenedStore } from '../../io/stores/stores.ts'
import { formatReference, parseReference, type Repository } from '../../oci/reference.ts'
import { inputError } from '../../problem.ts'
import { recordsRepository } from '../../records/place.ts'
import type { PruneInputs } from '../prune-inputs.ts'
import { surveyNeeds, type CurrentNeeds } from '../planning/survey.ts'

/** Where caches and records are, and what of the caches is needed at the moment. */
export type PrunePlaces = {
  /** Of the factory, or the cache repository where there is no factory file. */
  readonly name: string
  readonly caches: readonly Repository[]
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
  return { name: cacheRef, caches: cache === undefined ? [] : [cache], records }
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
  return { name: needs.factory.name, caches: unique([ref, ...Object.values(pools).flat()]), records, needs }
}

/** The stores of all places, those of caches in the order in which they are pruned. */
export type OpenedPlaces = { readonly caches: readonly OpenedStore[]; readonly records: OpenedStore }

/** Opens the stores of all places, and says once of each that nothing can be deleted from it. */
export const openPlaces = ({ caches, records }: PrunePlaces, { backend }: PruneInputs, io: Io): OpenedPlaces => {
  const open = (place: Repository): OpenedStore => {
    const opened = io.stores.open(place, backend)
    if (opened.status === 'closed') {
      io.actions.warning({ title: 'Nothing can be deleted', message: `${opened.store.name}: ${opened.reason}` })
    }
    return opened
  }
  return { caches: caches.map(open), records: open(records) }
}
