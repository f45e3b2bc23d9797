import { cacheTag } from '../layers/cache-refs.ts'
import { parseReference, type Reference, type Repository } from '../oci/reference.ts'
import type { RecordRun } from './record.ts'

/** Media type of records that are kept in a registry: gzip of JSON lines. */
export const RECORDS_TYPE = 'application/vnd.strata.records.v1+gzip'

/** Where records are kept: beside the cache, so that pruning one cannot touch the other. Undefined for what is no ref. */
export const recordsRepository = (cacheRef: string): Repository | undefined => {
  const reference = parseReference(cacheRef)
  if (reference === undefined) return undefined
  return { registry: reference.registry, repository: `${reference.repository}-records` }
}

/** ISO 8601 without what a tag may not hold: `20261125t143000z`. Text order is the order of time. */
const stampOf = (time: string): string => time.replace(/\.\d+/, '').replaceAll(/[-:]/g, '').toLowerCase()

const GRAMMAR = /^run-\d{8}t\d{6}z-/

/** What the job that asks probes is called instead of a leg. */
export const PROBES_LEG = 'probes'

/** Whether a tag of records is one of probes. */
export const isProbesTag = (tag: string): boolean => tag.endsWith(`-${PROBES_LEG}`)

/** The reference that the records of a leg are kept as: `run-<utc>-<run>-<attempt>-<leg>`. */
export const recordsReference = (cacheRef: string, run: RecordRun): Reference | undefined => {
  const place = recordsRepository(cacheRef)
  const parts = [stampOf(run.finishedAt), run.id ?? 'local', run.attempt ?? 1, run.leg ?? 'all']
  return place && { ...place, tag: cacheTag(`run-${parts.join('-')}`) }
}

/** The tags of records among those of their repository, newest first. */
export const recordsTags = (tags: readonly string[]): readonly string[] =>
  tags
    .filter((tag) => GRAMMAR.test(tag))
    .sort()
    .reverse()

/** The tags among those that legs of a workflow run made, of that attempt and of those before, newest first. */
export const recordsTagsOfRun = (tags: readonly string[], id: string, attempt: number): readonly string[] =>
  recordsTags(tags).filter((tag) => {
    const [, run, tried] = /^run-[^-]+-(\d+)-(\d+)-/.exec(tag) ?? []
    return run === id && Number(tried) <= attempt
  })
