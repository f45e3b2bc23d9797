import type { Io } from '../../io/io.ts'
import { disagreements, writeOf, type PrefixWrite } from '../../plan/leg-cache.ts'
import { pinnedRef } from '../../plan/pins.ts'
import type { StepResult } from '../../progress/build-result.ts'
import { prefixTarget } from '../../render/leg.ts'
import { upToStage } from '../../render/stitched.ts'
import type { Disagreement } from '../../report/results.ts'
import { bakeOnce, type LegBuild, type LegOutcome } from './bake-leg.ts'
import type { KnownRefs } from './decide-cache.ts'
import type { LegWork } from './leg-work.ts'

/** What there is to heal where BuildKit agreed with the keys. */
export const AGREED: Disagreement = { steps: 0, refs: [] }

const stepsOf = ({ result, failed }: LegOutcome, item: number): readonly StepResult[] => {
  const name = `t${item}`
  return failed.has(name) ? [] : (result.targets.find(({ target }) => target === name)?.steps ?? [])
}

const ranIn = (outcome: LegOutcome, item: number, layer: string): readonly StepResult[] =>
  stepsOf(outcome, item).filter((step) => step.step.layer === layer && step.outcome === 'run')

const exportRefs = async (
  writes: readonly PrefixWrite[],
  work: LegWork,
  leg: LegBuild,
  io: Io,
): Promise<readonly string[]> => {
  const settings = { folder: leg.folder, context: work.plan.context, cache: { home: io.localCache.home } }
  const targets = writes.flatMap((write, index) =>
    prefixTarget(write, `h${index}`, work.items, settings).flatMap(({ bake }) => {
      const dockerfile = work.items[write.item]?.dockerfile
      const title = `${write.prefix.layer} ${write.prefix.variant} cache`
      return dockerfile === undefined
        ? []
        : [{ bake, dockerfile: upToStage(dockerfile, write.prefix.stage), title, isItem: false }]
    }),
  )
  const { metadata } = await bakeOnce({ ...leg, targets, collectors: [] }, 'docker-bake.heal', io)
  return writes.flatMap(({ ref }, index) => (metadata[`h${index}`]?.['cache.manifest'] === undefined ? [] : [ref]))
}

/**
 * Finds the refs whose steps ran although they were there, and writes them again in a call of its own, where every step
 * is in the builder's cache already. A run that may not write only finds them.
 */
export const healRefs = async (
  work: LegWork,
  { known, leg, outcome }: { readonly known: KnownRefs; readonly leg: LegBuild; readonly outcome: LegOutcome },
  io: Io,
): Promise<Disagreement> => {
  if (!work.access.read || leg.options.noCache || leg.options.noCacheFilters.length > 0) return AGREED
  const exists = (ref: string): boolean => known.has(ref) && !outcome.broken.has(pinnedRef(ref, work.pins) ?? ref)
  const found = disagreements(work.chains, exists, (item, layer) => ranIn(outcome, item, layer).length > 0)
  if (found.length === 0) return AGREED
  const ran = found.flatMap(({ prefix, item }) => ranIn(outcome, item, prefix.layer))
  const steps = new Set(ran.map(({ digests }) => digests[0])).size
  const writes = found.map(({ prefix, item }): PrefixWrite => {
    return { ...writeOf(prefix), prefix, item, from: [] }
  })
  const written = work.access.write ? new Set(await exportRefs(writes, work, leg, io)) : new Set<string>()
  const refs = found.map(({ prefix: { ref, layer, variant } }) => ({ ref, layer, variant, written: written.has(ref) }))
  return { steps, refs }
}
