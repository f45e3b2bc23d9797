import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { parseReference } from '../oci/reference.ts'
import { inputError } from '../problem.ts'
import { bakeLeg, type LegOutcome } from './building/bake-leg.ts'
import { fillMounts, keepMounts } from './building/cache-mounts.ts'
import type { CommandResult } from './command.ts'
import { runCanary } from './building/canary.ts'
import { runProbes } from './building/probes.ts'
import { decideCache, NO_REFS } from './building/decide-cache.ts'
import { dockerBuildLeg, openEngine } from './building/docker-build.ts'
import { AGREED, healRefs } from './building/heal.ts'
import type { BuildInputs } from './inputs.ts'
import { keepPlan, planScope } from './planning/kept-plan.ts'
import type { BuiltLeg } from './building/leg-results.ts'
import { cachesOf, openLeg, openLegBuilder, targetsOf } from './building/open-leg.ts'
import { withRoom } from './building/room.ts'
import { selectWork, type LegWork } from './building/leg-work.ts'
import { withPins } from './building/pin-refs.ts'
import { keepLocal } from './building/keep-local.ts'
import { reportLeg } from './building/report-leg.ts'
import { checkMounts } from './building/secrets.ts'
import { testImages, withTests } from './building/image-tests.ts'
import { tellFailures } from './building/wave-failures.ts'
import { writeLeg } from './building/write-leg.ts'

/** Hosts of the registries that a leg's images, bases and caches are in. */
const registriesOf = (work: LegWork): readonly string[] => {
  const bases = work.plan.images.map(({ reference }) => reference)
  const names = [...work.items.flatMap(({ images }) => images), ...bases, ...cachesOf(work)]
  return [...new Set(names.flatMap((name) => parseReference(name)?.registry ?? []))]
}

/** The main path: one bake call over all work items of the leg, and the prefixes whose cache it writes. */
const buildWithBuildx = async (given: LegWork, inputs: BuildInputs, context: Context, io: Io): Promise<BuiltLeg> => {
  await using opened = await openLegBuilder(given, inputs, context, io)
  const { used } = opened
  const { work, dropped, known, leg, written } = await openLeg(opened, inputs, context, io)
  const filled = inputs.keepMounts ? await fillMounts(work, { known, leg, context }, io) : undefined
  const outcome: LegOutcome = await bakeLeg(leg, io)
  const cacheMounts = filled === undefined ? undefined : await keepMounts(filled, { leg, outcome }, io)
  const disagreed = await healRefs(work, { known, leg, outcome }, io)
  const { targets } = targetsOf(work, written().rendered)
  const tests = await testImages(work, { leg, targets, outcome, secrets: written().secrets }, io)
  return {
    ...(cacheMounts === undefined ? {} : { cacheMounts }),
    ...{ work, dropped, written: written(), outcome: withTests(outcome, tests), tests, disagreed, known, used },
  }
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
  if (leg !== undefined || whole === undefined || whole.prewarm === true || !access.write) return
  await keepPlan(whole, planScope(inputs), context, io)
}

/** What a job puts out when nothing changed. */
const NOTHING_BUILT: CommandResult = {
  outputs: { metadata: '{}', 'cached-steps': '0', 'total-steps': '0', 'cache-hit-ratio': '1', 'steps-run': '0' },
}

/** Probes are asked in one job, which plans for itself. */
const checkScope = ({ changes: { scope }, leg, planPath }: BuildInputs): void => {
  if (scope !== 'probes' || (leg === undefined && planPath === undefined)) return
  throw inputError(`input scope is probes, and there is input ${leg === undefined ? 'plan-path' : 'leg'}`, {
    hint: 'leave it out: probes have no legs, and the job that asks them plans for itself',
  })
}

/** Why no answer of a probe could be recorded, if so: the end of a sentence. */
const whyNotRecorded = ({ access, items }: LegWork, { records }: BuildInputs): string | undefined => {
  if (items.length > 0 && !access.write) return access.reason
  return items.length === 0 || records.keep === 'registry' ? undefined : `input records is ${records.keep}`
}

/** Asks the probes that are due. */
const askProbes = async (work: LegWork, inputs: BuildInputs, context: Context, io: Io): Promise<CommandResult> => {
  const why = whyNotRecorded(work, inputs)
  const count = work.items.length
  if (why !== undefined) {
    io.actions.warning({ message: `no probe is asked, as this run could not record the answer: ${why}` })
  } else if (count > 0 && !inputs.dryRun) {
    return io.whileSignedIn(registriesOf(work), () => runProbes(work, inputs, context, io))
  } else {
    io.actions.info(count === 0 ? 'No probe is due' : `Dry run: ${count} probes are due; none was asked`)
  }
  return { outputs: { 'rolled-over': '' } }
}

/** The main job: builds the work items of one leg, or all of them. */
export const build = async (inputs: BuildInputs, context: Context, io: Io): Promise<CommandResult> => {
  const startedAt = io.clock.now().toISOString()
  checkScope(inputs)
  const selected = await selectWork(inputs, context, io)
  if (selected.plan.probes !== undefined) return askProbes(selected, inputs, context, io)
  const work = await withPins(selected, inputs, context.event, io)
  if (work.items.length === 0) {
    const why = work.kind === 'wave' ? 'No stable prefix is cold' : 'Nothing changed'
    io.actions.info(`${why}, so nothing is built`)
    if (!inputs.dryRun) await keepWhole(work, inputs, context, io)
    return NOTHING_BUILT
  }
  checkMounts(work.fragments.values(), inputs.secrets, inputs.options.ssh)
  if (work.plan.canary === true && !inputs.dryRun) {
    return io.whileSignedIn(registriesOf(work), () => runCanary(work, inputs, context, io))
  }
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
