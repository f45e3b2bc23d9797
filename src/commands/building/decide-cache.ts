import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { cacheRef } from '../../layers/cache-refs.ts'
import type { WorkItem } from '../../factory/work-item.ts'
import { parseReference } from '../../oci/reference.ts'
import { locationOf } from '../../plan/cache-location.ts'
import { decideRefs, type CacheMode, type ItemRefs, type LegChain, type LegRefs } from '../../plan/leg-cache.ts'
import { remember } from '../../remember.ts'
import type { RenderItem } from '../../render/leg.ts'
import type { LegWork } from './leg-work.ts'

/** Which refs there are when the build starts. A ref that was not asked for counts as missing. */
export type KnownRefs = ReadonlySet<string>

/** Where nothing is known to be there. */
export const NO_REFS: KnownRefs = new Set()

/** Asks for a ref of a chain that exists; undefined when none does. */
const findFirst = async (
  refs: readonly string[],
  exists: (ref: string) => Promise<boolean>,
): Promise<string | undefined> => {
  for (const ref of refs) if (await exists(ref)) return ref
  return undefined
}

/**
 * From the top, until one of its own refs is there. Further repositories are asked only until one of them has something,
 * which is above all that they could add.
 */
const askChain = async (chain: LegChain, exists: (ref: string) => Promise<boolean>): Promise<void> => {
  let found = false
  for (const { ref, elsewhere } of chain.toReversed()) {
    if (await exists(ref)) return
    found ||= (await findFirst(elsewhere, exists)) !== undefined
  }
}

/**
 * Asks for the highest refs of each chain, from the top, so one request a layer and repository at most. What the plan
 * knows may be hours old. A registry that does not answer is asked no more: then nothing is known to be in it, and the
 * build does without.
 */
export const findRefs = async (chains: readonly LegChain[], io: Io): Promise<KnownRefs> => {
  const asked = new Map<string, Promise<boolean>>()
  const broken = new Map<string, RegistryError>()
  const ask = async (ref: string): Promise<boolean> => {
    const reference = parseReference(ref)
    if (reference === undefined || broken.has(reference.registry)) return false
    try {
      return (await io.registry.headManifest(reference)) !== undefined
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      if (!broken.has(reference.registry)) broken.set(reference.registry, error)
      return false
    }
  }
  const askOnce = (ref: string): Promise<boolean> => remember(asked, ref, () => ask(ref))
  await Promise.all(chains.map((chain) => askChain(chain, askOnce)))
  for (const [registry, { message }] of broken) {
    io.actions.info(`The cache in ${registry} cannot be read, so the build does without it: ${message}`)
  }
  const answers = await Promise.all([...asked].map(async ([ref, answer]) => [ref, await answer] as const))
  return new Set(answers.flatMap(([ref, exists]) => (exists ? [ref] : [])))
}

/** Auxiliary stages are not part of the result's own chain, so only `max` keeps their steps. */
const modeOf = ({ dockerfile }: RenderItem): CacheMode => {
  const chain = new Set(dockerfile.targets.map(({ stage }) => stage))
  return dockerfile.steps.every(({ stage }) => chain.has(stage)) ? 'min' : 'max'
}

/** Refs that are named after manifests or platforms: each work item writes one, and reads it wherever it may be. */
const namedRefs = ({ plan, items, access }: LegWork, broken: KnownRefs): LegRefs => {
  const { strategy } = plan.cache
  if (strategy === 'layer') return { items: items.map(() => ({ from: [], to: [] })), prefixes: [] }
  const refIn = (repository: string, item: WorkItem): string =>
    parseReference(repository)?.tag === undefined ? cacheRef(strategy, repository, item) : repository
  return {
    items: items.map((rendered): ItemRefs => {
      const { item } = rendered
      const refs = locationOf(plan.cache, item).repositories.map((repository) => refIn(repository, item))
      return {
        from: access.read ? refs.filter((ref) => !broken.has(ref)) : [],
        to: access.write ? refs.slice(0, 1).map((ref) => ({ ref, mode: modeOf(rendered) })) : [],
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
