import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { cacheRef } from '../../layers/cache-refs.ts'
import { formatReference, parseReference, repositoryOf } from '../../oci/reference.ts'
import { decideRefs, type CacheMode, type ItemRefs, type LegChain, type LegRefs } from '../../plan/leg-cache.ts'
import { remember } from '../../remember.ts'
import type { RenderItem } from '../../render/leg.ts'
import type { LegWork } from './leg-work.ts'

/** Which refs there are when the build starts. A ref that was not asked for counts as missing. */
export type KnownRefs = ReadonlySet<string>

/**
 * Asks for the highest ref of each chain, from the top, so one request a layer at most. What the plan knows may be hours
 * old. A registry that does not answer is asked no more: then nothing is known to be there, and the build does without.
 */
export const findRefs = async (chains: readonly LegChain[], io: Io): Promise<KnownRefs> => {
  const asked = new Map<string, Promise<boolean>>()
  let broken: RegistryError | undefined
  const ask = async (ref: string): Promise<boolean> => {
    const reference = parseReference(ref)
    if (reference === undefined || broken !== undefined) return false
    try {
      return (await io.registry.headManifest(reference)) !== undefined
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      broken ??= error
      return false
    }
  }
  const askOnce = (ref: string): Promise<boolean> => remember(asked, ref, () => ask(ref))
  await Promise.all(
    chains.map(async (chain) => {
      for (const { ref } of chain.toReversed()) if (await askOnce(ref)) return
    }),
  )
  if (broken !== undefined) io.actions.info(`The cache cannot be read, so everything is built: ${broken.message}`)
  const answers = await Promise.all([...asked].map(async ([ref, answer]) => [ref, await answer] as const))
  return new Set(answers.flatMap(([ref, exists]) => (exists ? [ref] : [])))
}

/** Auxiliary stages are not part of the result's own chain, so only `max` keeps their steps. */
const modeOf = ({ dockerfile }: RenderItem): CacheMode => {
  const chain = new Set(dockerfile.targets.map(({ stage }) => stage))
  return dockerfile.steps.every(({ stage }) => chain.has(stage)) ? 'min' : 'max'
}

/** Refs that are named after manifests or platforms: each work item reads and writes one, whatever is in it. */
const namedRefs = ({ plan, items, access, location }: LegWork, broken: KnownRefs): LegRefs => {
  const { strategy } = plan.cache
  if (location === undefined || strategy === 'layer')
    return { items: items.map(() => ({ from: [], to: [] })), prefixes: [] }
  return {
    items: items.map((rendered): ItemRefs => {
      const { manifestId, platform } = rendered.item
      const ref =
        location.tag === undefined
          ? cacheRef(strategy, repositoryOf(location), { manifestId, platform })
          : formatReference(location)
      return {
        from: access.read && !broken.has(ref) ? [ref] : [],
        to: access.write ? [{ ref, mode: modeOf(rendered) }] : [],
      }
    }),
    prefixes: [],
  }
}

/** What the targets of a leg read and write. Refs that turned out to be broken count as missing. */
export const decideCache = (work: LegWork, known: KnownRefs, broken: KnownRefs): LegRefs => {
  if (work.chains.length === 0) return namedRefs(work, broken)
  const { items, prefixes } = decideRefs(work.chains, (ref) => known.has(ref) && !broken.has(ref), work.access)
  const whole = (refs: readonly string[]): readonly string[] => refs.filter((ref) => !broken.has(ref))
  return {
    items: items.map(({ from, to }) => ({ from: whole(from), to })),
    prefixes: prefixes.map((write) => ({ ...write, from: whole(write.from) })),
  }
}
