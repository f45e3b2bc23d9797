import { parseIncludedFile, parseMainFile } from '../factory/document.ts'
import { expandFactory } from '../factory/expand.ts'
import type { Factory } from '../factory/factory.ts'
import { includedFiles, includePatterns, variantPatterns } from '../factory/include.ts'
import { parseFactory } from '../factory/parse.ts'
import type { WorkItem } from '../factory/work-item.ts'
import type { Fragment } from '../fragment/fragment.ts'
import { parseFragment } from '../fragment/parse.ts'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { parseReference } from '../oci/reference.ts'
import { decideCacheAccess } from '../plan/access.ts'
import { imagesOf, type ImageNeed } from '../plan/images.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import { collectProblems, inputError, type Place } from '../problem.ts'
import { stitch } from '../render/dockerfile.ts'
import type { PlanInputs } from './inputs.ts'
import { resolveImages } from './resolve-images.ts'

const missing = (path: string, what: string, place?: Place): never => {
  const hint = 'check the path, and that the repository was checked out before this step'
  throw inputError(`there is no ${what} ${path}`, { ...(place === undefined ? {} : { place }), hint })
}

const readOrThrow = async (io: Io, path: string, what: string): Promise<string> =>
  (await io.files.read(path)) ?? missing(path, what)

/** Reads the factory file with everything it includes. */
export const readFactory = async (file: string, io: Io): Promise<Factory> => {
  const main = parseMainFile(file, await readOrThrow(io, file, 'factory file'))
  const files = includedFiles(main, await io.files.find(includePatterns(main)))
  const included = await Promise.all(
    files.map(async (path) => parseIncludedFile(path, await readOrThrow(io, path, 'included file'))),
  )
  return parseFactory(main, included, await io.files.find(variantPatterns(main, included)))
}

/** Reads each fragment that the work items use, once. Throws an InputError with the problems of all of them. */
export const readFragments = async (items: readonly WorkItem[], io: Io): Promise<ReadonlyMap<string, Fragment>> => {
  const used = items.flatMap((item) => item.layers)
  const layers = [...new Set(used.map(({ layer }) => layer))]
  const uses = new Map(used.flatMap((use) => (use.fragment === undefined ? [] : [[use.fragment, use]])))
  const texts = await Promise.all([...uses.keys()].map((path) => io.files.read(path)))
  const fragments = collectProblems([...uses], ([path, { contexts, place }], index) => {
    const text = texts[index] ?? missing(path, 'fragment', place)
    return parseFragment(path, text, { layers, contexts: Object.keys(contexts) })
  })
  return new Map(fragments.map((fragment) => [fragment.file, fragment]))
}

/** The cache repository: the one that is named, or one beside the images, never the images' own. */
const cacheRefOf = (factory: Factory, inputs: PlanInputs): string | undefined => {
  const registry = inputs.registry ?? factory.registry
  const beside = registry === undefined ? undefined : `${registry}/${factory.name}-cache`
  const ref = inputs.cacheRef ?? factory.cache.ref ?? beside
  if (ref === undefined || parseReference(ref) !== undefined) return ref
  throw inputError(`the cache ref is ${JSON.stringify(ref)}`, {
    expected: 'a repository such as ghcr.io/acme/cache, with a tag if you want exactly one ref',
  })
}

/** A cache ref with a tag is one ref, and a cache ref holds exactly one platform. */
const checkOneRef = (ref: string | undefined, items: readonly WorkItem[]): void => {
  const platforms = [...new Set(items.map(({ platform }) => platform))]
  if (ref === undefined || parseReference(ref)?.tag === undefined || platforms.length < 2) return
  const expected = 'a repository, or one platform: a cache ref holds one'
  throw inputError(`cache ref ${ref} has a tag and there are work items for ${platforms.join(', ')}`, { expected })
}

const strategyOf = ({ cache, file }: Factory): 'manifest' | 'platform' => {
  if (cache.strategy !== 'layer') return cache.strategy ?? 'manifest'
  const place = { file, line: 1, column: 1 }
  throw inputError('cache.strategy is layer, which this release does not have yet', {
    place,
    expected: 'manifest or platform',
  })
}

/** What the work items need of registries. Stitching tells, since arguments can be part of an image's name. */
const neededImages = (items: readonly WorkItem[], fragments: ReadonlyMap<string, Fragment>): readonly ImageNeed[] => {
  const named = collectProblems(items, (item) => ({ item, images: stitch(item, fragments, {}).images }))
  return imagesOf(named, fragments)
}

/** Work items whose fragments can copy from these contexts, too. They are the job's own, so a plan never has them. */
export const withContexts = (
  items: readonly WorkItem[],
  given: Readonly<Record<string, string>>,
): readonly WorkItem[] =>
  items.map((item) => {
    const layers = item.layers.map((layer) =>
      layer.fragment === undefined ? layer : { ...layer, contexts: { ...layer.contexts, ...given } },
    )
    return { ...item, layers }
  })

/** From the factory file to the plan. Both `plan` and a `build` without a plan file go this way. */
export const preparePlan = async (inputs: PlanInputs, context: Context, io: Io): Promise<Plan> => {
  const factory = await readFactory(inputs.factory, io)
  const expansion = expandFactory(factory, {
    ...(inputs.only.length === 0 ? {} : { only: inputs.only }),
    base: inputs.base,
    ...(inputs.platforms.length === 0 ? {} : { platforms: inputs.platforms }),
    ...(inputs.registry === undefined ? {} : { registry: inputs.registry }),
  })
  const items = withContexts(expansion.items, inputs.buildContexts)
  const fragments = await readFragments(items, io)
  const ref = cacheRefOf(factory, inputs)
  checkOneRef(ref, expansion.items)
  const strategy = strategyOf(factory)
  return makePlan({
    plannedAt: io.clock.now().toISOString(),
    factory: inputs.factory,
    name: factory.name,
    context: factory.context,
    cache: { strategy, access: decideCacheAccess(context.event), ...(ref === undefined ? {} : { ref }) },
    images: await resolveImages(neededImages(items, fragments), io),
    expansion,
    pools: factory.pools,
  })
}
