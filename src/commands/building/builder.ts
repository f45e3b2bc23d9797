import type { Context } from '../../io/context.ts'
import type { Engine } from '../../io/engine.ts'
import type { Io } from '../../io/io.ts'
import { chooseBuilder, obstacle, type BuilderWishes } from '../../plan/builder.ts'
import type { Builder } from '../../plan/builder-platforms.ts'
import { givenAs, type BuilderSettings } from '../../plan/builder-settings.ts'
import type { Platform } from '../../oci/platform.ts'
import { SetupError } from '../../problem.ts'
import type { WantedBuilder } from '../wanted-builder.ts'
import { ensureEmulation, type EmulationNeeds } from './emulation.ts'
import { makeBuilder, nameToKeep, readConfig } from './new-builder.ts'

/** A builder for the length of a leg. One that was made for it is removed at the end of the scope. */
export type LegBuilder = AsyncDisposable & {
  readonly builder: Builder
  readonly buildx: string
  /** Platforms of the leg that it does not run natively. */
  readonly emulated: readonly Platform[]
}

/** What a leg asks of its builder. */
export type BuilderNeeds = EmulationNeeds & Pick<BuilderWishes, 'registryCache'>

/** Why the engine does not answer, where a builder without one might do. */
type Answer = Engine | SetupError

const askEngine = async (io: Io): Promise<Answer> => {
  try {
    return await io.builders.engine()
  } catch (error) {
    if (error instanceof SetupError) return error
    throw error
  }
}

/** Whether a builder may become the leg's, as far as names tell. */
const isCandidate = ({ name, current }: Builder, { name: wanted, kept, own, engineOnly }: BuilderWishes): boolean => {
  if (wanted !== undefined) return name === wanted
  return name === kept || (current && own.length === 0 && engineOnly === undefined)
}

/** A builder that is not running has nothing to tell: one that may be used is started, to know what it can. */
const startStopped = async (
  builders: readonly Builder[],
  wishes: BuilderWishes,
  { signal }: Context,
  io: Io,
): Promise<readonly Builder[]> => {
  const stopped = builders.filter(
    (builder) =>
      isCandidate(builder, wishes) &&
      builder.error === undefined &&
      builder.nodes.every(({ platforms }) => platforms.length === 0),
  )
  if (stopped.length === 0) return builders
  const errors = new Map<string, string>()
  for (const { name } of stopped) {
    const failure = await io.builders.create(name, [], signal)
    if (failure !== undefined) errors.set(name, failure)
  }
  return (await io.builders.list()).map((builder) => {
    const error = errors.get(builder.name)
    return error === undefined ? builder : { ...builder, error }
  })
}

const wishesOf = (needs: BuilderNeeds, inputs: WantedBuilder, engine: Answer, context: Context): BuilderWishes => {
  const kept = nameToKeep(inputs.settings, context)
  return {
    platforms: needs.platforms,
    registryCache: needs.registryCache,
    ...(inputs.name === undefined ? {} : { name: inputs.name }),
    ...(kept === undefined ? {} : { kept }),
    ...(inputs.settings.driver === 'docker' ? { engineOnly: givenAs('driver', inputs.settings) } : {}),
    own: inputs.settings.driver === 'docker' ? [] : inputs.settings.given,
    containerdStore: engine instanceof SetupError || engine.containerdStore,
    mayInstall: inputs.qemu !== 'never',
  }
}

/** Whether a new builder runs on the engine at hand, or is that engine. */
const needsEngine = ({ driver, nodes }: BuilderSettings): boolean =>
  driver === 'docker' || (driver === 'docker-container' && nodes.some(({ endpoint }) => endpoint === undefined))

/** Makes a builder and looks at what it became. Throws when it cannot do what it was made for. */
const makeFor = async (
  wishes: BuilderWishes,
  settings: BuilderSettings,
  engine: Answer,
  context: Context,
  io: Io,
): Promise<AsyncDisposable & { readonly builder: Builder }> => {
  await using undo = new AsyncDisposableStack()
  const known = engine instanceof SetupError ? undefined : engine
  const { name } = undo.use(await makeBuilder(settings, known, context, io))
  const builder = (await io.builders.list()).find((each) => each.name === name)
  if (builder === undefined) throw new SetupError(`builder ${name} was made, and docker buildx ls does not have it`)
  const why = obstacle(builder, wishes, true)
  if (why !== undefined) throw new SetupError(`the new ${builder.driver} builder ${why}`)
  const made = undo.move()
  return { builder, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

/** Picks the builder, or makes one, and sees to the platforms that it has to emulate. */
export const openBuilder = async (
  needs: BuilderNeeds,
  given: WantedBuilder,
  context: Context,
  io: Io,
): Promise<LegBuilder> => {
  const settings = await readConfig(given.settings, io)
  const inputs = { ...given, settings }
  for (const note of inputs.notes) io.actions.info(`${note}, and is left aside here`)
  const buildx = await io.builders.buildxVersion()
  const [engine, listed] = await Promise.all([askEngine(io), io.builders.list()])
  const wishes = wishesOf(needs, inputs, engine, context)
  const builders = await startStopped(listed, wishes, context, io)
  const choice = chooseBuilder(builders, wishes)
  // Buildx leaves out the builder of an engine that does not answer, and none can be started on it.
  if (choice.kind !== 'use' && needsEngine(settings) && engine instanceof SetupError) throw engine
  if (choice.kind === 'refuse') throw new SetupError(choice.message)
  await using undo = new AsyncDisposableStack()
  if (choice.kind === 'create') io.actions.info(`Starting a ${settings.driver} builder: ${choice.reason}`)
  const builder =
    choice.kind === 'use' ? choice.builder : undo.use(await makeFor(wishes, settings, engine, context, io)).builder
  io.actions.info(`Builder ${builder.name} (${builder.driver}): ${choice.reason}`)
  const emulated = await ensureEmulation(builder, needs, { ...inputs, signal: context.signal }, io)
  const opened = undo.move()
  return { builder, buildx, emulated, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
