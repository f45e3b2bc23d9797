import type { WorkItemResult } from './results.ts'

/** How registries say that there is nothing yet; on a first build that is as it should be. */
const MISSING = /not found|NAME_UNKNOWN|MANIFEST_UNKNOWN/i

type Fault = { readonly ref: string; readonly error: string }

const readFaults = (items: readonly WorkItemResult[]): readonly Fault[] =>
  items.flatMap(({ cacheFrom }) =>
    cacheFrom.flatMap(({ ref, error }) => (error === undefined || MISSING.test(error) ? [] : [{ ref, error }])),
  )

const writeFaults = (items: readonly WorkItemResult[]): readonly Fault[] =>
  items
    .filter(({ status }) => status === 'built')
    .flatMap(({ cacheTo }) =>
      cacheTo.flatMap(({ ref, written, error = 'the export did not arrive' }) => (written ? [] : [{ ref, error }])),
    )

const tell = (verb: string, faults: readonly Fault[]): readonly string[] => {
  const refs = new Set(faults.map(({ ref }) => ref))
  const first = faults[0]
  if (first === undefined) return []
  const more = refs.size > 1 ? ` and ${refs.size - 1} more` : ''
  return [`${first.ref}${more} could not be ${verb} (${first.error.split('\n')[0] ?? ''})`]
}

/** One sentence for all that went wrong with the cache of a leg; undefined when nothing did. */
export const cacheFaults = (items: readonly WorkItemResult[]): string | undefined => {
  const told = [...tell('read', readFaults(items)), ...tell('written', writeFaults(items))]
  if (told.length === 0) return undefined
  return `${told.join('; ')}. The build went on without it; check that the registry can be reached and the token may write.`
}
