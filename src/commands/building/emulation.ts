import { join } from 'node:path'
import type { Io } from '../../io/io.ts'
import type { Platform } from '../../oci/platform.ts'
import { isOnEngine, platformSupport, type Builder } from '../../plan/builder-platforms.ts'
import { imageCandidates } from '../../plan/builder-settings.ts'
import { chooseEmulation, handlerFor, renderEmulationFault } from '../../plan/emulation.ts'
import { CanceledError, SetupError } from '../../problem.ts'
import { renderSmokeBuild, smokeArguments } from '../../render/smoke-build.ts'
import type { WantedBuilder } from '../wanted-builder.ts'

const INSTALLED = 'a handler that was installed for it'

/** What a leg's platforms mean to its builder. */
export type EmulationNeeds = {
  readonly platforms: readonly Platform[]
  /** Pools of the factory file that would run a platform on machines of its own, where this job is none of theirs. */
  readonly pools: ReadonlyMap<Platform, string>
}

/** What emulation is seen to with: what the user wants, and what stops the Docker runs that it takes. */
export type EmulationMeans = Pick<WantedBuilder, 'qemu' | 'qemuImage' | 'settings'> & { readonly signal: AbortSignal }

/** A Docker run that was stopped says nothing about emulation. */
const checkStopped = ({ signal }: EmulationMeans): void => {
  if (signal.aborted) throw new CanceledError(`stopped by ${String(signal.reason)}`)
}

/** What the kernel said when the step's program was started, else the last line, which says that the step failed. */
const reasonOf = (log: string): string => /exec \/exit: .*/.exec(log)?.[0] ?? log.trim().split('\n').at(-1) ?? ''

/** Builds one step for a platform. Resolves with why that failed, or with nothing. */
const trySmoke = async (
  builder: Builder,
  platform: Platform,
  inputs: EmulationMeans,
  io: Io,
): Promise<string | undefined> => {
  const smoke = renderSmokeBuild(platform)
  if (smoke === undefined) return undefined
  const folder = await io.files.makeFolder('smoke')
  try {
    await io.files.write(join(folder, 'Dockerfile'), smoke.dockerfile)
    await io.files.writeProgram(join(folder, 'exit'), smoke.program)
    const { code, stderr } = await io.docker.query(smokeArguments(builder.name, platform, folder), {
      signal: inputs.signal,
    })
    checkStopped(inputs)
    return code === 0 ? undefined : reasonOf(stderr)
  } finally {
    await io.files.removeFolder(folder)
  }
}

/** Installs the handler of a platform, exactly that one. Throws when it must not, cannot, or there is a broken one. */
const installHandler = async (platform: Platform, inputs: EmulationMeans, io: Io): Promise<void> => {
  const choice = chooseEmulation(platform, await io.emulators.read(), inputs.qemu)
  if (choice.kind === 'refuse') throw new SetupError(choice.message)
  const images = imageCandidates(inputs.qemuImage, inputs.settings.mirrors)
  io.actions.info(`Installing the emulator of ${choice.architecture} with ${inputs.qemuImage}`)
  const failure = await io.emulators.install(images, [choice.architecture], inputs.signal)
  checkStopped(inputs)
  if (failure === undefined) return
  const remedy = `can it be pulled here, and may containers be privileged? Name a mirror in registry-mirrors, another image in qemu-image, or install the handler before this step`
  throw new SetupError(`${platform} cannot be emulated: its handler could not be installed (${failure}); ${remedy}`)
}

/** What the builder cannot run by itself gets a handler, and a smoke build proves it before the long build. */
const installAndProve = async (builder: Builder, platform: Platform, inputs: EmulationMeans, io: Io): Promise<void> => {
  await installHandler(platform, inputs, io)
  const failure = await trySmoke(builder, platform, inputs, io)
  if (failure === undefined) return
  const fault = renderEmulationFault(platform, await io.emulators.read())
  throw new SetupError(`${fault} (a smoke build of one step on ${builder.name} said: ${failure})`)
}

/** An emulator that should be in BuildKit's image is believed when it has run. */
const proveBrought = async (builder: Builder, platform: Platform, inputs: EmulationMeans, io: Io): Promise<string> => {
  const failure = await trySmoke(builder, platform, inputs, io)
  if (failure === undefined) return "BuildKit's own emulator"
  const image = builder.nodes[0]?.image ?? "BuildKit's image"
  if (!isOnEngine(builder)) {
    const remedy = 'give it a node of that platform, or an image that brings emulators'
    throw new SetupError(
      `${platform} cannot be emulated on ${builder.name}: ${image} has no emulator (${failure}); ${remedy}`,
    )
  }
  io.actions.info(`${image} brings no emulator of ${platform} (${failure})`)
  await installAndProve(builder, platform, inputs, io)
  return INSTALLED
}

const needsHandler = async (platform: Platform, { qemu }: EmulationMeans, io: Io): Promise<boolean> =>
  qemu === 'always' && handlerFor(platform, await io.emulators.read()) === undefined

/** How a platform is emulated; undefined for one that runs as it is. Throws when it cannot be. */
const emulate = async (
  builder: Builder,
  platform: Platform,
  inputs: EmulationMeans,
  io: Io,
): Promise<string | undefined> => {
  const support = platformSupport(builder, platform)
  if (support === 'native') return undefined
  if (support === 'missing' || (isOnEngine(builder) && (await needsHandler(platform, inputs, io)))) {
    await installAndProve(builder, platform, inputs, io)
    return INSTALLED
  }
  return support === 'emulated' ? 'a handler of the kernel' : proveBrought(builder, platform, inputs, io)
}

/** What `npm run bench -- emulation` measured, as in the table of docs/builders.md. */
const FACTOR = 'steps that compute took 2 to 12 times as long where it was measured'

/**
 * Sees to it that every platform of a leg runs on its builder: natively, by the kernel's handlers or BuildKit's own
 * emulators, and else by a handler that is installed. Gives those that do not run natively. Throws a SetupError that names platform, handler and remedy.
 */
export const ensureEmulation = async (
  builder: Builder,
  { platforms, pools }: EmulationNeeds,
  inputs: EmulationMeans,
  io: Io,
): Promise<readonly Platform[]> => {
  const [emulated, pooled]: [Platform[], string[]] = [[], []]
  for (const platform of platforms) {
    const how = await emulate(builder, platform, inputs, io)
    if (how === undefined) continue
    emulated.push(platform)
    io.actions.info(`${platform} is emulated on ${builder.name}, by ${how}`)
    const pool = pools.get(platform)
    if (pool !== undefined) pooled.push(`${platform} (pool ${pool})`)
  }
  if (pooled.length === 0) return emulated
  const message = `${pooled.join(', ')}: emulated here, although the factory file has a pool for it; ${FACTOR}. Build the legs of the plan action's matrix, each on the runner of its pool`
  io.actions.warning({ title: 'Emulation', message })
  return emulated
}
