import { join } from 'node:path'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { readsRepository, type PlannedCache } from '../../plan/cache.ts'
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
  /** Renders it with other cache refs, and without sources that turned out to be broken; its files are the same. */
  readonly renderWith: (refs: LegRefs, broken?: ReadonlySet<string>) => RenderedLeg
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

/** What decides which further caches a leg uses. */
type WorkAccess = Pick<LegWork, 'access' | 'pins'> & {
  readonly plan: { readonly cache: Pick<PlannedCache, 'untrusted' | 'from'> }
}

/**
 * Sources that the user names besides the cache. A run that is trusted reads none in the untrusted repository, whoever
 * names it, and one that reads only what is pinned reads none at all.
 */
export const furtherSources = (
  { plan: { cache }, access, pins }: WorkAccess,
  { cacheFrom }: Pick<BuildInputs, 'cacheFrom'>,
): readonly string[] =>
  (pins === undefined ? [...(cache.from ?? []), ...cacheFrom] : []).filter(
    (source) => access.domain === 'untrusted' || !readsRepository(source, cache.untrusted ?? ''),
  )

/** Exports that the user names besides the cache. A run that is not trusted writes the untrusted repository alone. */
export const furtherExports = (
  { plan: { cache }, access }: WorkAccess,
  { cacheTo }: Pick<BuildInputs, 'cacheTo'>,
): readonly string[] =>
  access.domain === 'untrusted'
    ? cacheTo.filter((target) => cache.untrusted !== undefined && readsRepository(target, cache.untrusted))
    : cacheTo

/** Writes the Dockerfiles and the bake file, which plain `docker buildx bake` builds as well. */
export const writeLeg = async (
  work: LegWork,
  { driver, refs, inputs, context }: WriteSettings,
  io: Io,
): Promise<WrittenLeg> => {
  const secrets = renderSecrets(inputs.secrets, context.env)
  secrets.values.forEach(io.actions.mask)
  const folder = await io.files.makeFolder('strata-leg')
  const { push, load } = inputs
  const to = furtherExports(work, inputs)
  const sources = furtherSources(work, inputs)
  const settings: Omit<LegSettings, 'cache'> = {
    ...{ push, load, attests: inputs.options.attests, driver, folder },
    context: work.plan.context,
  }
  const renderWith = (used: LegRefs, broken?: ReadonlySet<string>): RenderedLeg => {
    const from = sources.filter((source) => broken?.has(source) !== true)
    const cache = { access: work.access, refs: used, from, to, home: io.localCache.home }
    return renderLeg(work.items, { ...settings, cache })
  }
  const rendered = renderWith(refs)
  const options = { ...inputs.options, secrets: secrets.specs }
  await Promise.all(rendered.files.map(({ name, text }) => io.files.write(join(folder, name), text)))
  const bakeFile = renderBake(dockerfileTargets(rendered), rendered.collectors, options)
  await io.files.write(join(folder, 'docker-bake.json'), bakeFile)
  return { folder, rendered, options, secrets, renderWith }
}
