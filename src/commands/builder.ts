import type { Io } from '../io/io.ts'
import { chooseBuilder, type Builder, type BuilderWishes } from '../plan/builder.ts'
import { SetupError } from '../problem.ts'

/** A builder for the length of a leg. One that was made for it is removed at the end of the scope. */
export type LegBuilder = AsyncDisposable & { readonly builder: Builder; readonly buildx: string }

/** What a leg asks of its builder. */
export type BuilderNeeds = Omit<BuilderWishes, 'containerdStore'>

/** Only of the engine's own BuildKit it matters how the engine stores images, so only then the engine is asked. */
const hasContainerdStore = async (builders: readonly Builder[], { name }: BuilderNeeds, io: Io): Promise<boolean> => {
  const candidate = builders.find((builder) => (name === undefined ? builder.current : builder.name === name))
  return candidate?.driver === 'docker' ? (await io.builders.engine()).containerdStore : true
}

const createBuilder = async (reason: string, io: Io): Promise<Builder> => {
  io.actions.info(`Starting a docker-container builder: ${reason}`)
  return io.builders.create()
}

/** Picks the builder, or starts one. Throws a SetupError that says what is missing and what to do. */
export const openBuilder = async (needs: BuilderNeeds, io: Io): Promise<LegBuilder> => {
  const buildx = await io.builders.buildxVersion()
  const builders = await io.builders.list()
  const containerdStore = await hasContainerdStore(builders, needs, io)
  const choice = chooseBuilder(builders, { ...needs, containerdStore })
  // Buildx leaves out the builder of an engine that does not answer, and none can be started on it.
  if (choice.kind !== 'use') await io.builders.engine()
  if (choice.kind === 'refuse') throw new SetupError(choice.message)
  const builder = choice.kind === 'use' ? choice.builder : await createBuilder(choice.reason, io)
  io.actions.info(`Builder ${builder.name} (${builder.driver}): ${choice.reason}`)
  return {
    builder,
    buildx,
    [Symbol.asyncDispose]: async () => {
      if (choice.kind === 'create') await io.builders.remove(builder.name)
    },
  }
}
