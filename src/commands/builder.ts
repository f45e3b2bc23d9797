import { createBuilder, listBuilders, readBuildxVersion, readEngine, removeBuilder } from '../io/builders.ts'
import type { Io } from '../io/io.ts'
import type { Platform } from '../oci/platform.ts'
import { chooseBuilder, type Builder } from '../plan/builder.ts'
import { SetupError } from '../problem.ts'

/** A builder for the length of a leg. One that was made for it is removed at the end of the scope. */
export type LegBuilder = AsyncDisposable & { readonly builder: Builder; readonly buildx: string }

/** What a leg asks for. */
export type BuilderNeeds = {
  readonly name?: string
  readonly platforms: readonly Platform[]
  readonly registryCache: boolean
}

const create = async (reason: string, io: Io): Promise<Builder> => {
  io.actions.info(`Starting a docker-container builder: ${reason}`)
  return createBuilder(io.docker)
}

/** Picks the builder, or starts one. Throws a SetupError that says what is missing and what to do. */
export const openBuilder = async (needs: BuilderNeeds, io: Io): Promise<LegBuilder> => {
  const buildx = await readBuildxVersion(io.docker)
  const builders = await listBuilders(io.docker)
  const usesEngine = builders.some(({ name, driver, current }) => driver === 'docker' && (needs.name ?? (current ? name : '')) === name)
  const containerdStore = usesEngine ? (await readEngine(io.docker)).containerdStore : true
  const choice = chooseBuilder(builders, { ...needs, containerdStore })
  if (choice.kind === 'refuse') throw new SetupError(choice.message)
  const builder = choice.kind === 'use' ? choice.builder : await create(choice.reason, io)
  io.actions.info(`Builder ${builder.name} (${builder.driver}): ${choice.reason}`)
  return {
    builder,
    buildx,
    [Symbol.asyncDispose]: async () => {
      if (choice.kind === 'create') await removeBuilder(io.docker, builder.name)
    },
  }
}
