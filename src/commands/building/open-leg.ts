import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { backendOf, localFolder, localHomeOf } from '../../layers/cache-place.ts'
import { shortPlatform } from '../../oci/platform.ts'
import { locationOf } from '../../plan/cache-location.ts'
import { renderAttributes } from '../../render/attributes.ts'
import { grantsOf } from '../../render/grants.ts'
import type { RenderedLeg } from '../../render/leg.ts'
import { upToStage } from '../../render/stitched.ts'
import type { BuildInputs } from '../inputs.ts'
import { wantedBuilder } from '../wanted-builder.ts'
import type { LegBuild, LegTarget, LegTargets } from './bake-leg.ts'
import { type LegBuilder, openBuilder } from './builder.ts'
import { askedProvenance } from './check-attribution.ts'
import { decideCache, findRefs, type KnownRefs, NO_REFS } from './decide-cache.ts'
import { withoutEmbedded } from './keep-local.ts'
import { prepareCache } from './local-folders.ts'
import type { DroppedItem, LegWork } from './leg-work.ts'
import { poolBuilders } from './pool-builders.ts'
import { dropFailedInWaves } from './wave-failures.ts'
import { writeLeg, type WrittenLeg } from './write-leg.ts'

/** Folders of local caches that a leg reads and writes. Any ref in them may have to be written again. */
const localFolders = (work: LegWork, io: Io): readonly string[] =>
  cachesOf(work)
    .flatMap((repository) => localHomeOf(repository) ?? [])
    .map((home) => localFolder(home, io.localCache.home))

const grants = ({ folder, secrets }: WrittenLeg, folders: readonly string[], inputs: BuildInputs): readonly string[] =>
  grantsOf({
    allow: inputs.options.allow,
    ssh: inputs.options.ssh.length > 0,
    reads: [folder, ...folders, ...secrets.files, ...Object.values(inputs.buildContexts)],
    cacheFrom: inputs.cacheFrom,
    cacheTo: [...inputs.cacheTo, ...folders.map((path) => renderAttributes({ type: 'local', dest: path }))],
    ...(inputs.options.network === undefined ? {} : { network: inputs.options.network }),
  })

/** Repositories that a leg's caches are read from. */
export const cachesOf = ({ plan, items }: LegWork): readonly string[] => [
  ...new Set(items.flatMap(({ item }) => locationOf(plan.cache, item).repositories)),
]

/** Rendered targets with the Dockerfiles that they build and what the log calls them. */
export const targetsOf = ({ items }: LegWork, { targets, prefixes, collectors, sources }: RenderedLeg): LegTargets => {
  const ofItems = targets.flatMap((bake, index): readonly LegTarget[] => {
    const rendered = items[index]
    if (rendered === undefined) return []
    const { item, dockerfile } = rendered
    return [{ bake, dockerfile, title: `${shortPlatform(item.platform)} ${item.manifestId}`, isItem: true }]
  })
  const ofPrefixes = prefixes.flatMap(({ bake, write }): readonly LegTarget[] => {
    const dockerfile = items[write.item]?.dockerfile
    if (dockerfile === undefined) return []
    const title = `${shortPlatform(bake.platform)} ${write.prefix.layer} ${write.prefix.variant}`
    return [{ bake, dockerfile: upToStage(dockerfile, write.prefix.stage), title, isItem: false }]
  })
  return { targets: [...ofItems, ...ofPrefixes], collectors, sources }
}

/** Pools that would build a platform of this job on machines of their own, by platform; none for the legs of those. */
const otherPools = ({ leg, items }: LegWork): ReadonlyMap<string, string> =>
  new Map(
    items.flatMap(({ item: { platform, pool } }): readonly (readonly [string, string])[] =>
      pool === undefined || pool === leg?.pool ? [] : [[platform, pool]],
    ),
  )

/** A leg that is ready to be baked on a builder of its own. */
export type OpenLeg = {
  /** Without what failed in a wave. */
  readonly work: LegWork
  readonly dropped: readonly DroppedItem[]
  /** Refs that were there when it began. */
  readonly known: KnownRefs
  readonly leg: LegBuild
  /** As it was rendered last: without refs that turned out to be broken. */
  readonly written: () => WrittenLeg
}

/** Whether a leg writes or reads caches that the builder has to export; one that is inline is part of the image. */
const needsExporter = ({ plan: { cache } }: LegWork): boolean => backendOf(cache.ref ?? '') !== 'inline'

/** A builder for the work of a leg, and what of its cache that builder can do. */
export type LegWithBuilder = AsyncDisposable & { readonly all: LegWork; readonly used: LegBuilder }

/** Opens the builder that the work of a leg needs. */
export const openLegBuilder = async (
  given: LegWork,
  inputs: BuildInputs,
  context: Context,
  io: Io,
): Promise<LegWithBuilder> => {
  const wanted = wantedBuilder(inputs.builder, poolBuilders(given, io), context.env)
  const all = await withoutEmbedded(given, wanted, io)
  const needs = {
    platforms: [...new Set(all.items.map(({ item }) => item.platform))],
    registryCache: cachesOf(all).length > 0 && (all.access.read || all.access.write) && needsExporter(all),
    pools: otherPools(all),
  }
  const used = await openBuilder(needs, wanted, context, io)
  return { all, used, [Symbol.asyncDispose]: () => used[Symbol.asyncDispose]() }
}

/** Finds out which refs there are, and writes all files. */
export const openLeg = async (
  { all, used: { builder } }: LegWithBuilder,
  inputs: BuildInputs,
  context: Context,
  io: Io,
): Promise<OpenLeg> => {
  const known = all.access.read ? await findRefs(all.chains, io, all.pins) : NO_REFS
  const { work, dropped } = await dropFailedInWaves(all, known, io)
  const refs = decideCache(work, known, NO_REFS)
  await prepareCache(refs, io)
  const written = await writeLeg(work, { driver: builder.driver, refs, inputs, context }, io)
  let { rendered } = written
  const leg: LegBuild = {
    ...targetsOf(work, rendered),
    options: written.options,
    builder: builder.name,
    folder: written.folder,
    allow: grants(written, localFolders(work, io), inputs),
    env: { ...written.secrets.env, ...askedProvenance(context.env) },
    signal: context.signal,
    withoutRefs: (broken) => {
      rendered = written.renderWith(decideCache(work, known, broken), broken)
      return targetsOf(work, rendered)
    },
  }
  return { work, dropped, known, leg, written: () => ({ ...written, rendered }) }
}
