import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { parseReference } from '../oci/reference.ts'
import { grantsOf } from '../render/grants.ts'
import { bakeLeg, type LegOutcome, type LegTarget } from './bake-leg.ts'
import { openBuilder } from './builder.ts'
import type { CommandResult } from './command.ts'
import { dockerBuildLeg, openEngine } from './docker-build.ts'
import type { BuildInputs } from './inputs.ts'
import type { UsedBuilder } from './leg-results.ts'
import { selectWork, type LegWork } from './leg-work.ts'
import { reportLeg } from './report-leg.ts'
import { checkMounts } from './secrets.ts'
import { writeLeg, type WrittenLeg } from './write-leg.ts'

const grants = ({ folder, secrets }: WrittenLeg, inputs: BuildInputs): readonly string[] =>
  grantsOf({
    allow: inputs.options.allow,
    ssh: inputs.options.ssh.length > 0,
    reads: [folder, ...secrets.files, ...Object.values(inputs.buildContexts)],
    cacheFrom: inputs.cacheFrom,
    cacheTo: inputs.cacheTo,
    ...(inputs.options.network === undefined ? {} : { network: inputs.options.network }),
  })

/** Hosts of the registries that a leg's images, bases and caches are in. */
const registriesOf = ({ plan, items, cache }: LegWork): readonly string[] => {
  const names = [...items.flatMap(({ images }) => images), ...plan.images.map(({ reference }) => reference)]
  const cached = cache.location === undefined ? [] : [cache.location.repository]
  return [...new Set([...names, ...cached].flatMap((name) => parseReference(name)?.registry ?? []))]
}

type Built = {
  readonly work: LegWork
  readonly written: WrittenLeg
  readonly outcome: LegOutcome
  readonly used: UsedBuilder
}

const targetsOf = (work: LegWork, { rendered }: WrittenLeg): readonly LegTarget[] =>
  work.items.flatMap(({ item, dockerfile }, index) => {
    const bake = rendered.targets[index]
    const title = `${item.platform.replace(/^linux\//, '')} ${item.manifestId}`
    return bake === undefined ? [] : [{ bake, dockerfile, title }]
  })

/** The main path: one bake call over all work items of the leg. */
const buildWithBuildx = async (work: LegWork, inputs: BuildInputs, context: Context, io: Io): Promise<Built> => {
  const { access, location } = work.cache
  const needs = {
    platforms: [...new Set(work.items.map(({ item }) => item.platform))],
    registryCache: location !== undefined && (access.read || access.write),
    ...(inputs.builder === undefined ? {} : { name: inputs.builder }),
  }
  await using used = await openBuilder(needs, io)
  const written = await writeLeg(work, { driver: used.builder.driver, inputs, context }, io)
  const leg = {
    targets: targetsOf(work, written),
    collectors: written.rendered.collectors,
    options: written.options,
    builder: used.builder.name,
    folder: written.folder,
    allow: grants(written, inputs),
    env: written.secrets.env,
    signal: context.signal,
  }
  return { work, written, outcome: await bakeLeg(leg, io), used }
}

/** `USE_BUILDX=0`: plain `docker build` on the engine itself, for its own platform and without cache refs. */
const buildWithEngine = async (all: LegWork, inputs: BuildInputs, context: Context, io: Io): Promise<Built> => {
  const { work, ...builder } = await openEngine(all, io)
  const written = await writeLeg(work, { driver: 'docker', inputs, context }, io)
  const run = { builder, written, push: inputs.push, signal: context.signal }
  return { work, written, outcome: await dockerBuildLeg(targetsOf(work, written), run, io), used: builder.used }
}

/** The main job: builds the work items of one leg, or all of them. */
export const build = async (inputs: BuildInputs, context: Context, io: Io): Promise<CommandResult> => {
  const startedAt = io.clock.now().toISOString()
  const work = await selectWork(inputs, context, io)
  checkMounts(work.fragments.values(), inputs.secrets, inputs.options.ssh)
  if (inputs.dryRun) {
    const { folder } = await writeLeg(work, { driver: 'docker-container', inputs, context }, io)
    io.actions.info(`Dry run: ${work.items.length} Dockerfiles and a bake file are in ${folder}; nothing was built`)
    return { outputs: { 'rendered-path': folder } }
  }
  const buildIt = context.useBuildx ? buildWithBuildx : buildWithEngine
  const built = await io.whileSignedIn(registriesOf(work), () => buildIt(work, inputs, context, io))
  return reportLeg({ ...built, startedAt }, io)
}
