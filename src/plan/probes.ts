import type { Layer } from '../factory/factory.ts'
import type { CompatibilityRecord, RecordLayer, RecordProbe } from '../records/record.ts'
import { epochAt } from './epochs.ts'
import { mustRun, type PlannedPrefix } from './prefixes.ts'

/** What probes said last, by key of the prefix that they ran on. */
export type KnownProbes = ReadonlyMap<string, RecordProbe>

/** The newest answer for each prefix. One that was built again has another key, so nothing is known of it yet. */
export const foldProbes = (records: Iterable<CompatibilityRecord>): KnownProbes => {
  const probes = new Map<string, RecordProbe>()
  for (const { layers } of records) {
    for (const { key, probe } of layers) {
      if (key === undefined || probe === undefined) continue
      const before = probes.get(key)
      if (before === undefined || before.at < probe.at) probes.set(key, probe)
    }
  }
  return probes
}

/** A probe that is asked in this run. */
export type PlannedProbe = {
  /** Index of the prefix that it runs on. */
  readonly prefix: number
  /** One line for the shell of the layer. */
  readonly command: string
  /** What it said last of the same prefix; absent the first time. */
  readonly before?: RecordProbe
}

/** What decides which probes are asked. */
export type ProbeSources = {
  readonly now: Date
  readonly layers: readonly Pick<Layer, 'name' | 'maxAge' | 'probe'>[]
  readonly known: KnownProbes
}

/**
 * The probes to ask: of each prefix that ends with a layer with one, once its last answer is older than the period, or
 * when there is none. A prefix that is not cached has to be built anyway, and is asked about afterwards.
 */
export const dueProbes = (
  prefixes: readonly Pick<PlannedPrefix, 'layer' | 'key' | 'state'>[],
  { now, layers, known }: ProbeSources,
): readonly PlannedProbe[] =>
  prefixes.flatMap((prefix, index): readonly PlannedProbe[] => {
    const { maxAge = 0, probe: command } = layers.find(({ name }) => name === prefix.layer) ?? {}
    if (command === undefined || mustRun(prefix)) return []
    const before = known.get(prefix.key)
    if (before !== undefined && now.getTime() - Date.parse(before.at) < maxAge) return []
    return [{ prefix: index, command, ...(before === undefined ? {} : { before }) }]
  })

/** Whether an answer is another than the one before. The first one is none: there is nothing to compare it with. */
export const isNewAnswer = (before: RecordProbe | undefined, digest: string): boolean =>
  before !== undefined && before.digest !== digest

/** What is recorded of a layer that was asked about: a new epoch if the answer is another, else the one that it had. */
export const probedLayer = <L extends Pick<RecordLayer, 'epoch'>>(
  layer: L,
  { before, digest, now }: { readonly before?: RecordProbe; readonly digest: string; readonly now: Date },
): L & Pick<RecordLayer, 'epoch' | 'probe'> => ({
  ...layer,
  probe: { digest, at: epochAt(now.getTime()) },
  ...(isNewAnswer(before, digest) ? { epoch: epochAt(now.getTime()) } : {}),
})
