import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { renderBake, type BuildOptions } from '../render/bake.ts'
import { renderLeg, type RenderedLeg } from '../render/leg.ts'
import type { BuildInputs } from './inputs.ts'
import type { LegWork } from './leg-work.ts'
import { renderSecrets, type RenderedSecrets } from './secrets.ts'

/** A leg as it lies on disk, ready to be built. */
export type WrittenLeg = {
  readonly folder: string
  readonly rendered: RenderedLeg
  readonly options: BuildOptions
  readonly secrets: RenderedSecrets
}

/** What decides the rendered files besides the work. */
export type WriteSettings = { readonly driver: string; readonly inputs: BuildInputs; readonly context: Context }

/** Writes the Dockerfiles and the bake file, which plain `docker buildx bake` builds as well. */
export const writeLeg = async (
  work: LegWork,
  { driver, inputs, context }: WriteSettings,
  io: Io,
): Promise<WrittenLeg> => {
  const secrets = renderSecrets(inputs.secrets, context.env)
  secrets.values.forEach(io.actions.mask)
  const folder = await io.files.makeFolder('strata-leg')
  const { push, load } = inputs
  const rendered = renderLeg(work.items, {
    cache: work.cache,
    push,
    load,
    driver,
    folder,
    context: work.plan.context,
  })
  const options = { ...inputs.options, secrets: secrets.specs }
  await Promise.all(rendered.files.map(({ name, text }) => io.files.write(join(folder, name), text)))
  await io.files.write(join(folder, 'docker-bake.json'), renderBake(rendered.targets, rendered.collectors, options))
  return { folder, rendered, options, secrets }
}
