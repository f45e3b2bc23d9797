import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { backendOf, localFolder, localHomeOf } from '../layers/cache-place.ts'
import { shortPlatform } from '../oci/platform.ts'
import { parseReference } from '../oci/reference.ts'
import { locationOf } from '../plan/cache-location.ts'
import { renderAttributes } from '../render/attributes.ts'
import { grantsOf } from '../render/grants.ts'
import type { RenderedLeg } from '../render/leg.ts'
import { upToStage } from '../render/stitched.ts'
import { bakeLeg, type LegBuild, type LegOutcome, type LegTarget, type LegTargets } from './building/bake-leg.ts'
import { openBuilder } from './building/builder.ts'
import type { CommandResult } from './command.ts'
import { askedProvenance } from './building/check-attribution.ts'
import { decideCache, findRefs } from './building/decide-cache.ts'
import { dockerBuildLeg, openEngine } from './building/docker-build.ts'
import { AGREED, healRefs } from './building/heal.ts'
import type { BuildInputs } from './inputs.ts'
import { keepPlan, planScope } from './planning/kept-plan.ts'
import type { BuiltLeg } from './building/leg-results.ts'
import { withRoom } from './building/room.ts'
import { selectWork, type LegWork } from './building/leg-work.ts'
import { keepLocal, withoutEmbedded } from './building/keep-local.ts'
import { prepareCache } from './building/local-folders.ts'
import { reportLeg } from './building/report-leg.ts'
import { checkMounts } from './building/secrets.ts'
import { dropFailedInWaves, tellFailures } from './building/wave-failures.ts'
import { poolBuilders } from './building/pool-builders.ts'
import { wantedBuilder } from './wanted-builder.ts'
import { writeLeg, type WrittenLeg } from './building/write-leg.ts'

const NO_REFS: ReadonlySet<string> = new Set()

/** Repositories that a leg's caches are read from. */
const cachesOf = ({ plan, items }: LegWork): readonly string[] => [
  ...new Set(items.flatMap(({ item }) => locationOf(plan.cache, item).repositories)),
]

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

/** Hosts of the registries that a leg's images, bases and caches are in. */
const registriesOf = (work: LegWork): readonly string[] => {
  const bases = work.plan.images.map(({ reference }) => reference)
  const names = [...work.items.flatMap(({ images }) => images), ...bases, ...cachesOf(work)]
  return [...new Set(names.flatMap((name) => parseReference(name)?.registry ?? []))]
}

/** Rendered targets with the Dockerfiles that they build and what the log calls them. */
const targetsOf = ({ items }: LegWork, { targets, prefixes, collectors, sources }: RenderedLeg): LegTargets => {
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

/** Whether a leg writes or reads caches that the builder has to export; one that is inline is part of the image. */
const needsExporter = ({ plan: { cache } }: LegWork): boolean => backendOf(cache.ref ?? '') !== 'inline'

/** The main path: one bake call over all work items of the leg, and the prefixes whose cache it writes. */
const buildWithBuildx = async (given: LegWork, inputs: BuildInputs, context: Context, io: Io): Promise<BuiltLeg> => {
  const wanted = wantedBuilder(inputs.builder, poolBuilders(given, io), context.env)
  const all = await withoutEmbedded(given, wanted, io)
  const needs = {
    platforms: [...new Set(all.items.map(({ item }) => item.platform))],
    registryCache: cachesOf(all).length > 0 && (all.access.read || all.access.write) && needsExporter(all),
    pools: otherPools(all),
  }
  await using used = await openBuilder(needs, wanted, context, io)
  const known = all.access.read ? await findRefs(all.chains, io) : NO_REFS
  const { work, dropped } = await dropFailedInWaves(all, known, io)
  const refs = decideCache(work, known, NO_REFS)
  await prepareCache(refs, io)
  const written = await writeLeg(work, { driver: used.builder.driver, refs, inputs, context }, io)
  let { rendered } = written
  const leg: LegBuild = {
    ...targetsOf(work, rendered),
    options: written.options,
    builder: used.builder.name,
    folder: written.folder,
    allow: grants(written, localFolders(work, io), inputs),
    env: { ...written.secrets.env, ...askedProvenance(context.env) },
    signal: context.signal,
    withoutRefs: (broken) => {
      rendered = written.renderWith(decideCache(work, known, broken), broken)
      return targetsOf(work, rendered)
    },
  }
  const outcome: LegOutcome = await bakeLeg(leg, io)
  const disagreed = await healRefs(work, { known, leg, outcome }, io)
  return { work, dropped, written: { ...written, rendered }, outcome, disagreed, known, used }
}

/** `USE_BUILDX=0`: plain `docker build` on the engine itself, for its own platform and without cache refs. */
const buildWithEngine = async (all: LegWork, inputs: BuildInputs, context: Context, io: Io): Promise<BuiltLeg> => {
  const { work, ...builder } = await openEngine(all, io)
  const written = await writeLeg(
    work,
    { driver: 'docker', refs: decideCache(work, NO_REFS, NO_REFS), inputs, context },
    io,
  )
  const run = { builder, written, push: inputs.push, signal: context.signal }
  const outcome = await dockerBuildLeg(targetsOf(work, written.rendered).targets, run, io)
  return { work, dropped: [], written, outcome, disagreed: AGREED, known: NO_REFS, used: builder.used }
}

/** A job that planned for itself and built all of it keeps its plan, so that later runs know what changed. */
const keepWhole = async (
  { leg, whole, access }: LegWork,
  inputs: BuildInputs,
  context: Context,
  io: Io,
): Promise<void> => {
  if (leg !== undefined || whole === undefined || !access.write) return
  await keepPlan(whole, planScope(inputs), context, io)
}

/** What a job puts out when nothing changed. */
const NOTHING_BUILT: CommandResult = {
  outputs: { metadata: '{}', 'cached-steps': '0', 'total-steps': '0', 'cache-hit-ratio': '1', 'steps-run': '0' },
}

/** The main job: builds the work items of one leg, or all of them. */
export const build = async (inputs: BuildInputs, context: Context, io: Io): Promise<CommandResult> => {
  const startedAt = io.clock.now().toISOString()
  const work = await selectWork(inputs, context, io)
  if (work.items.length === 0) {
    io.actions.info('Nothing changed, so nothing is built')
    if (!inputs.dryRun) await keepWhole(work, inputs, context, io)
    return NOTHING_BUILT
  }
  checkMounts(work.fragments.values(), inputs.secrets, inputs.options.ssh)
  if (inputs.dryRun) {
    const refs = decideCache(work, NO_REFS, NO_REFS)
    const { folder } = await writeLeg(work, { driver: 'docker-container', refs, inputs, context }, io)
    io.actions.info(`Dry run: ${work.items.length} Dockerfiles and a bake file are in ${folder}; nothing was built`)
    return { outputs: { 'rendered-path': folder } }
  }
  const buildIt = context.useBuildx ? buildWithBuildx : buildWithEngine
  const built = await withRoom(inputs, context, io, () =>
    io.whileSignedIn(registriesOf(work), () => buildIt(work, inputs, context, io)),
  )
  await tellFailures(built, io)
  const reported = await reportLeg({ ...built, startedAt }, inputs, context, io)
  await keepLocal(built, io)
  if (reported.failure === undefined) await keepWhole(work, inputs, context, io)
  return reported
}
