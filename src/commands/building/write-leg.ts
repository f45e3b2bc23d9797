import { join } from 'node:path'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { LegRefs } from '../../plan/leg-cache.ts'
import { renderBake, type BakeTarget, type BuildOptions } from '../../render/bake.ts'
import { renderLeg, type LegSettings, type RenderedLeg } from '../../render/leg.ts'
import type { BuildInputs } from '../inputs.ts'
import type { LegWork } from './leg-work.ts'
import { renderSecrets, type RenderedSecrets } from './secrets.ts'

/** A leg as it lies on disk, ready to be built. */
export type WrittenLeg = {
  readonly folder: string
  readonly rendered: RenderedLeg
  readonly options: BuildOptions
  readonly secrets: RenderedSecrets
  /** Renders it with other cache refs; the files it names are the same. */
  readonly renderWith: (refs: LegRefs) => RenderedLeg
}

/** What decides the rendered files besides the work. */
export type WriteSettings = {
  readonly driver: string
  readonly refs: LegRefs
  readonly inputs: BuildInputs
  readonly context: Context
}

/** All targets that have a Dockerfile: those of the work items, then those of prefixes. */
const dockerfileTargets = ({ targets, prefixes }: RenderedLeg): readonly BakeTarget[] => [
  ...targets,
  ...prefixes.map(({ bake }) => bake),
]

/** Writes the Dockerfiles and the bake file, which plain `docker buildx bake` builds as well. */
export const writeLeg = async (
  work: LegWork,
  { driver, refs, inputs, context }: WriteSettings,
  io: Io,
): Promise<WrittenLeg> => {
  const secrets = renderSecrets(inputs.secrets, context.env)
  secrets.values.forEach(io.actions.mask)
  const folder = await io.files.makeFolder('strata-leg')
  const { push, load, cacheFrom: from, cacheTo: to } = inputs
  const settings: Omit<LegSettings, 'cache'> = {
    ...{ push, load, attests: inputs.options.attests, driver, folder },
    context: work.plan.context,
  }
  const renderWith = (used: LegRefs): RenderedLeg =>
    renderLeg(work.items, { ...settings, cache: { access: work.access, refs: used, from, to } })
  const rendered = renderWith(refs)
  const options = { ...inputs.options, secrets: secrets.specs }
  await Promise.all(rendered.files.map(({ name, text }) => io.files.write(join(folder, name), text)))
  const bakeFile = renderBake(dockerfileTargets(rendered), rendered.collectors, options)
  await io.files.write(join(folder, 'docker-bake.json'), bakeFile)
  return { folder, rendered, options, secrets, renderWith }
}
