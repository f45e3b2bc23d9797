import type { Factory } from '../../factory/factory.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { cacheRef, prefixTags } from '../../layers/cache-refs.ts'
import { parseReference } from '../../oci/reference.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { locationOf } from '../../plan/cache-location.ts'
import type { PlanInputs } from '../inputs.ts'
import { refsOfPrefixes } from './ask-registry.ts'
import type { Subjects } from './subjects.ts'
import { type Prepared, readSubjects } from './survey.ts'

/** What the factory file needs at the moment: the cache, and every ref that a build of it would read or write. */
export type CurrentNeeds = {
  readonly factory: Factory
  readonly expansion: Subjects
  readonly cache: PlannedCache
  /** In every repository that its work items read. */
  readonly refs: readonly string[]
}

const neededRefs = (cache: PlannedCache, work: Pick<Prepared, 'items' | 'tree'>): readonly string[] => {
  const { strategy } = cache
  if (strategy === 'layer') return refsOfPrefixes(work, prefixTags(work.tree.prefixes), cache).flat()
  return work.items.flatMap((item) =>
    locationOf(cache, item).repositories.map((repository) =>
      parseReference(repository)?.tag === undefined ? cacheRef(strategy, repository, item) : repository,
    ),
  )
}

/** Reads all work there is, as a plan does, and tells which refs it needs. Asks nobody what is cached. */
export const surveyNeeds = async (inputs: PlanInputs, context: Context, io: Io): Promise<CurrentNeeds> => {
  const { factory, cache, expansion, prepared } = await readSubjects(inputs, io.clock.now(), context, io)
  const { items, tree } = prepared
  return { factory, expansion, cache, refs: [...new Set(neededRefs(cache, { items, tree }))] }
}
