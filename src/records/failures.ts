import { newestFirst } from './newest.ts'
import type { CompatibilityRecord, RecordLayer } from './record.ts'

/** How often in a row a prefix failed in scheduled runs, each time with the same key. */
export type Failure = {
  /** SHA-256 over everything that decides its steps and those below, 64 hex. */
  readonly key: string
  readonly layer: string
  readonly variant: string
  readonly times: number
  /** `GITHUB_RUN_NUMBER` of the run in which it failed last. */
  readonly runNumber: number
  /** Of that run. */
  readonly workflow?: string
  readonly url?: string
  readonly message: string
}

/** The layer with the step that failed. */
export const failedLayer = ({ layers }: Pick<CompatibilityRecord, 'layers'>): RecordLayer | undefined =>
  layers.find(({ steps }) => steps.some(({ outcome }) => outcome === 'failed'))

/** Keys of what a record of a success proves: that all of it can be built. */
const builtKeys = ({ verdict, layers }: CompatibilityRecord): readonly string[] =>
  verdict === 'built' ? layers.flatMap(({ key }) => key ?? []) : []

const failureOf = (record: CompatibilityRecord): Failure | undefined => {
  const { run, failures, error } = record
  const layer = record.verdict === 'failed' ? failedLayer(record) : undefined
  if (layer?.key === undefined || failures === undefined || run.number === undefined) return undefined
  return {
    ...{ key: layer.key, layer: layer.layer, variant: layer.variant, times: failures, runNumber: run.number },
    ...(run.workflow === undefined ? {} : { workflow: run.workflow }),
    ...(run.url === undefined ? {} : { url: run.url }),
    message: error?.message ?? 'it failed',
  }
}

/**
 * What failed last and was not built since, by key. Records come in any order; another key, which any change to what
 * decides the steps makes, is another prefix, so it starts anew.
 */
export const foldFailures = (records: Iterable<CompatibilityRecord>): ReadonlyMap<string, Failure> => {
  const failures = new Map<string, Failure>()
  const settled = new Set<string>()
  for (const record of newestFirst(records)) {
    for (const key of builtKeys(record)) settled.add(key)
    const failure = failureOf(record)
    if (failure === undefined || settled.has(failure.key)) continue
    settled.add(failure.key)
    failures.set(failure.key, failure)
  }
  return failures
}
