import { join } from 'node:path'
import type { Io } from '../../io/io.ts'
import { isMembers } from '../../oci/json.ts'
import { highestReadable, type LegPrefix } from '../../plan/leg-cache.ts'
import type { KnownRefs } from './decide-cache.ts'
import type { BuiltLeg } from './leg-results.ts'
import type { DroppedItem, LegWork } from './leg-work.ts'

/** Name of the workflow artifact in which a wave leg says what it could not build. */
const artifactName = (digest: string, leg: string): string => `strata-failed-${digest}-${leg}`

/** Keys of the prefixes that a wave leg could not build, or nothing when it did not say so. */
const failedKeys = async (digest: string, leg: string, io: Io): Promise<ReadonlySet<string>> => {
  const folder = await io.files.makeFolder('strata-wave')
  const download = await io.artifacts.download(artifactName(digest, leg), folder)
  if (download.status !== 'found') return new Set()
  const text = (await io.files.read(download.file)) ?? ''
  try {
    const value: unknown = JSON.parse(text)
    const failed = isMembers(value) && Array.isArray(value['failed']) ? (value['failed'] as readonly unknown[]) : []
    return new Set(failed.filter((key) => typeof key === 'string'))
  } catch {
    return new Set()
  }
}

/** Prefixes of each work item that a wave was to build and did not. */
const awaited = ({ chains }: LegWork, known: KnownRefs): readonly (readonly LegPrefix[])[] =>
  chains.map((chain) =>
    chain.slice(highestReadable(chain, (ref) => known.has(ref)) + 1).filter(({ wave }) => wave !== undefined),
  )

/** Only where a ref is missing that a wave was to write, the wave's legs are asked whether they failed. */
const askWaves = async (prefixes: readonly LegPrefix[], digest: string, io: Io): Promise<ReadonlySet<string>> => {
  const legs = new Map(prefixes.flatMap(({ wave }) => (wave === undefined ? [] : [[wave.id, wave]])))
  const failed = new Set<string>()
  for (const { id } of legs.values()) for (const key of await failedKeys(digest, id, io)) failed.add(key)
  return failed
}

/**
 * Takes the work items out of a leg whose prefix failed in a wave, so that nothing is tried twice that cannot succeed. A
 * prefix that is missing for another reason is built here.
 */
export const dropFailedInWaves = async (
  work: LegWork,
  known: KnownRefs,
  io: Io,
): Promise<{ readonly work: LegWork; readonly dropped: readonly DroppedItem[] }> => {
  const missing = awaited(work, known)
  const failed = missing.flat().length === 0 ? new Set<string>() : await askWaves(missing.flat(), work.plan.digest, io)
  const causes = missing.map((prefixes) => prefixes.find(({ key }) => failed.has(key)))
  const unexplained = missing.flat().filter(({ key }) => !failed.has(key))
  for (const { layer, variant, wave } of new Map(unexplained.map((each) => [each.key, each])).values()) {
    io.actions.info(
      `${layer} ${variant}, which leg "${wave?.name ?? ''}" was to build, is not in the cache; it is built here`,
    )
  }
  const dropped = work.items.flatMap((item, index): readonly DroppedItem[] => {
    const cause = causes[index]
    if (cause === undefined) return []
    return [{ item, reason: `${cause.layer} ${cause.variant} failed in leg "${cause.wave?.name ?? ''}"` }]
  })
  const isKept = (_: unknown, index: number): boolean => causes[index] === undefined
  return { work: { ...work, items: work.items.filter(isKept), chains: work.chains.filter(isKept) }, dropped }
}

/** A wave leg tells the legs that wait for it what it could not build. */
export const tellFailures = async ({ work, outcome, written }: BuiltLeg, io: Io): Promise<void> => {
  if (work.leg?.kind !== 'wave' || outcome.failed.size === 0) return
  const failed = work.chains.flatMap((chain, index) => {
    if (!outcome.failed.has(`t${index}`)) return []
    const steps = outcome.result.targets.find(({ target }) => target === `t${index}`)?.steps ?? []
    const layer = steps.find((step) => step.outcome === 'failed')?.step.layer
    const from = layer === undefined ? chain.length - 1 : chain.findIndex((prefix) => prefix.layer === layer)
    return chain.slice(Math.max(0, from)).map(({ key }) => key)
  })
  const file = join(written.folder, 'failed.json')
  await io.files.write(file, JSON.stringify({ failed: [...new Set(failed)] }))
  await io.artifacts.upload(artifactName(work.plan.digest, work.leg.id), file)
}
