import type { Context } from '../io/context.ts'
import type { Engine } from '../io/engine.ts'
import type { Io } from '../io/io.ts'
import { chooseBuilder, obstacle, type BuilderWishes } from '../plan/builder.ts'
import type { Builder } from '../plan/builder-platforms.ts'
import { SetupError } from '../problem.ts'
import type { BuilderInputs } from './builder-inputs.ts'
import { ensureEmulation, type EmulationNeeds } from './emulation.ts'
import { makeBuilder, nameToKeep, readConfig } from './new-builder.ts'

/** A builder for the length of a leg. One that was made for it is removed at the end of the scope. */
export type LegBuilder = AsyncDisposable & { readonly builder: Builder; readonly buildx: string }

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

/** A builder that is not running has nothing to tell: it is started, to know what it can. */
const startStopped = async (
  builders: readonly Builder[],
  isWanted: (builder: Builder) => boolean,
  { signal }: Context,
  io: Io,
): Promise<readonly Builder[]> => {
  const stopped = builders.filter(
    (builder) =>
      isWanted(builder) &&
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

const wishesOf = (needs: BuilderNeeds, inputs: BuilderInputs, engine: Answer, context: Context): BuilderWishes => {
  const kept = nameToKeep(inputs.settings, context)
  return {
    platforms: needs.platforms,
    registryCache: needs.registryCache,
    ...(inputs.name === undefined ? {} : { name: inputs.name }),
    ...(kept === undefined ? {} : { kept }),
    engineOnly: inputs.settings.driver === 'docker',
    own: inputs.settings.given,
    containerdStore: engine instanceof SetupError || engine.containerdStore,
    mayInstall: inputs.qemu !== 'never',
  }
}

/** What Buildx tells of a builder that was just made. */
const findMade = async (name: string, wishes: BuilderWishes, io: Io): Promise<Builder> => {
  const builder = (await io.builders.list()).find((known) => known.name === name)
  if (builder === undefined) throw new SetupError(`builder ${name} was made, and docker buildx ls does not have it`)
  const why = obstacle(builder, wishes, true)
  if (why !== undefined) throw new SetupError(`the new ${builder.driver} builder ${why}`)
  return builder
}

/** Picks the builder, or makes one, and sees to the platforms that it has to emulate. */
export const openBuilder = async (
  needs: BuilderNeeds,
  given: BuilderInputs,
  context: Context,
  io: Io,
): Promise<LegBuilder> => {
  const inputs = { ...given, settings: await readConfig(given.settings, io) }
  const buildx = await io.builders.buildxVersion()
  const [engine, listed] = await Promise.all([askEngine(io), io.builders.list()])
  const wishes = wishesOf(needs, inputs, engine, context)
  const isWanted = ({ name, current }: Builder): boolean =>
    wishes.name === undefined ? current || name === wishes.kept : name === wishes.name
  const builders = await startStopped(listed, isWanted, context, io)
  const choice = chooseBuilder(builders, wishes)
  // Buildx leaves out the builder of an engine that does not answer, and none can be started on it.
  const { driver } = inputs.settings
  const isOnEngine = driver === 'docker' || driver === 'docker-container'
  if (choice.kind !== 'use' && isOnEngine && engine instanceof SetupError) throw engine
  if (choice.kind === 'refuse') throw new SetupError(choice.message)
  await using opened = new AsyncDisposableStack()
  if (choice.kind === 'create') io.actions.info(`Starting a ${driver} builder: ${choice.reason}`)
  const builder =
    choice.kind === 'use'
      ? choice.builder
      : await findMade(
          opened.use(await makeBuilder(inputs.settings, engine instanceof SetupError ? undefined : engine, context, io))
            .name,
          wishes,
          io,
        )
  io.actions.info(`Builder ${builder.name} (${builder.driver}): ${choice.reason}`)
  await ensureEmulation(builder, needs, inputs, io)
  const scope = opened.move()
  return { builder, buildx, [Symbol.asyncDispose]: () => scope.disposeAsync() }
}
