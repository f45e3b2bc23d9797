import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { cacheRef } from '../../layers/cache-refs.ts'
import type { WorkItem } from '../../factory/work-item.ts'
import { backendOf, parsePlace } from '../../layers/cache-place.ts'
import { parseReference } from '../../oci/reference.ts'
import { locationOf } from '../../plan/cache-location.ts'
import {
  decideRefs,
  highestReadable,
  type CacheMode,
  type ItemRefs,
  type LegChain,
  type LegRefs,
} from '../../plan/leg-cache.ts'
import { pinnedRef, type Pins } from '../../plan/pins.ts'
import { remember } from '../../remember.ts'
import type { RenderItem } from '../../render/leg.ts'
import { askPlace, tellScopes } from '../planning/ask-place.ts'
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
 * build does without. With pins a ref is there when what it is pinned to is, whatever its tag says by now.
 */
export const findRefs = async (chains: readonly LegChain[], io: Io, pins?: Pins): Promise<KnownRefs> => {
  const asked = new Map<string, Promise<boolean>>()
  const broken = new Map<string, RegistryError>()
  const ask = async (ref: string): Promise<boolean> => {
    const place = parsePlace(pinnedRef(ref, pins) ?? '')
    if (place?.backend !== 'registry') return place !== undefined && (await askPlace(place, io)) === true
    const { reference } = place
    if (broken.has(reference.registry)) return false
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
  tellScopes(io)
  const answers = await Promise.all([...asked].map(async ([ref, answer]) => [ref, await answer] as const))
  return new Set(answers.flatMap(([ref, exists]) => (exists ? [ref] : [])))
}

/** Auxiliary stages are not part of the result's own chain, so only `max` keeps their steps. */
const modeOf = ({ dockerfile }: RenderItem): CacheMode => {
  const chain = new Set(dockerfile.targets.map(({ stage }) => stage))
  return dockerfile.steps.every(({ stage }) => chain.has(stage)) ? 'min' : 'max'
}

/** What is imported of refs: as they are pinned, without those that must be and are not, or that are broken. */
const readable = (refs: readonly string[], { pins }: LegWork, broken: KnownRefs): readonly string[] =>
  refs.flatMap((ref) => pinnedRef(ref, pins) ?? []).filter((ref) => !broken.has(ref))

/** An image holds its own cache: it is read where it was pushed, and written with it. */
const inlineRefs = ({ images }: RenderItem, access: LegWork['access'], broken: KnownRefs): ItemRefs => {
  const refs = images.slice(0, 1).map((image) => `inline://${image}`)
  return {
    from: access.read ? refs.filter((ref) => !broken.has(ref)) : [],
    to: access.write ? refs.map((ref) => ({ ref, mode: 'min' as const })) : [],
  }
}

/** Refs that are named after manifests or platforms: each work item writes one, and reads it wherever it may be. */
const namedRefs = (work: LegWork, broken: KnownRefs): LegRefs => {
  const { plan, items, access } = work
  const { strategy } = plan.cache
  if (strategy === 'layer') return { items: items.map(() => ({ from: [], to: [] })), prefixes: [] }
  const refIn = (repository: string, item: WorkItem): string =>
    parseReference(repository)?.tag === undefined ? cacheRef(strategy, repository, item) : repository
  return {
    items: items.map((rendered): ItemRefs => {
      const { item } = rendered
      if (backendOf(plan.cache.ref ?? '') === 'inline') return inlineRefs(rendered, access, broken)
      const { repositories, mirrors = [] } = locationOf(plan.cache, item)
      const refs = repositories.map((repository) => refIn(repository, item))
      const further = mirrors.length === 0 ? {} : { mirrors: mirrors.map((mirror) => refIn(mirror, item)) }
      return {
        from: access.read ? readable(refs, work, broken) : [],
        to: access.write ? refs.slice(0, 1).map((ref) => ({ ref, mode: modeOf(rendered), ...further })) : [],
      }
    }),
    prefixes: [],
  }
}

/** What is trusted is read where it is; an untrusted run writes only what nobody has. */
const withoutCopies = (chains: readonly LegChain[], exists: (ref: string) => boolean): readonly LegChain[] =>
  chains.map((chain) => {
    const highest = highestReadable(chain, exists)
    return chain.map((prefix, height) => (height <= highest ? { ...prefix, writes: false } : prefix))
  })

/**
 * Refs that one leg writes to the Actions cache, at most: GitHub takes 200 uploads a minute of a repository (docs, "Usage
 * limits"), and each ref costs one besides its new blobs, which refs share.
 */
const MOST_SCOPES = 50

/** What the targets of a leg read and write. Refs that turned out to be broken count as missing. */
export const decideCache = (work: LegWork, known: KnownRefs, broken: KnownRefs): LegRefs => {
  if (work.chains.length === 0) return namedRefs(work, broken)
  const exists = (ref: string): boolean => known.has(ref) && !broken.has(pinnedRef(ref, work.pins) ?? ref)
  const chains = work.access.domain === 'untrusted' ? withoutCopies(work.chains, exists) : work.chains
  const { items, prefixes } = decideRefs(chains, exists, work.access)
  const whole = (refs: readonly string[]): readonly string[] => readable(refs, work, broken)
  const isLimited = backendOf(work.plan.cache.ref ?? '') === 'gha'
  const room = isLimited ? Math.max(0, MOST_SCOPES - items.filter(({ to }) => to.length > 0).length) : undefined
  return {
    items: items.map(({ from, to }) => ({ from: whole(from), to })),
    prefixes: prefixes.slice(0, room).map((write) => ({ ...write, from: whole(write.from) })),
  }
}
