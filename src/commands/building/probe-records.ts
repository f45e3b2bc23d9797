import type { Context } from '../../io/context.ts'
import { ownBranch } from '../../plan/branches.ts'
import { type PlannedProbe, probedLayer } from '../../plan/probes.ts'
import { PROBES_LEG } from '../../records/place.ts'
import type { CompatibilityRecord, RecordRun } from '../../records/record.ts'
import type { UsedBuilder } from './leg-results.ts'
import type { LegWork, LegWorkItem } from './leg-work.ts'

/** What was asked of a prefix, and the digest of what it said. */
export type ProbeAnswer = { readonly item: LegWorkItem; readonly probe: PlannedProbe; readonly digest: string }

/** The run that asked. */
export type ProbeRun = {
  readonly work: LegWork
  readonly used: UsedBuilder
  /** ISO 8601, UTC. */
  readonly startedAt: string
  /** When the answers were there. */
  readonly now: Date
}

/** The run as records know it: a job of its own, whose records are found by its name. */
const runOf = ({ startedAt, now }: ProbeRun, { run, event }: Context): RecordRun => {
  const branch = ownBranch(event)
  const finishedAt = now.toISOString()
  return { ...run, ...(branch === undefined ? {} : { branch }), leg: PROBES_LEG, startedAt, finishedAt }
}

const layersOf = ({ item, probe: { before }, digest }: ProbeAnswer, now: Date): CompatibilityRecord['layers'] =>
  item.layers.map(({ state: _, differs: __, repeated: ___, reason: ____, ...known }, index) => {
    const layer = { ...known, steps: [] }
    if (index < item.layers.length - 1) return layer
    return probedLayer(layer, { ...(before === undefined ? {} : { before }), digest, now })
  })

/** A record for each prefix that was asked about. It was not built, so its record has no steps and no refs. */
export const probeRecords = (
  answers: readonly ProbeAnswer[],
  asked: ProbeRun,
  context: Context,
): readonly CompatibilityRecord[] => {
  const { work, used, now } = asked
  const { factory, name, cache } = work.plan
  const run = runOf(asked, context)
  const { name: builder, driver, buildkit = 'unknown' } = used.builder
  return answers.map((answer): CompatibilityRecord => {
    const { item, bases: images } = answer.item
    return {
      ...{ version: 1, kind: 'prefix', factory, name, strategy: cache.strategy, run },
      builder: { name: builder, driver, buildkit, buildx: used.buildx },
      ...{ manifest_id: item.manifestId, aliases: [], platform: item.platform, images, verdict: 'built' },
      ...{ published: [], layers: layersOf(answer, now), cacheFrom: [], cacheTo: [] },
      ...{ totalSteps: 0, cachedSteps: 0, durationMs: 0, downloadedBytes: 0, exportMs: 0 },
    }
  })
}
