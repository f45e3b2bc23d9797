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
import { imagesOf } from '../plan/images.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import { InputError, inputError, type Place } from '../problem.ts'
import type { PlanInputs } from './inputs.ts'
import { resolveImages } from './resolve-images.ts'

const readOrThrow = async (io: Io, path: string, what: string, place?: Place): Promise<string> => {
  const text = await io.files.read(path)
  if (text !== undefined) return text
  const hint = 'check the path, and that the repository was checked out before this step'
  throw inputError(`there is no ${what} ${path}`, { ...(place === undefined ? {} : { place }), hint })
}

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
  const layers = [...new Set(items.flatMap((item) => item.layers.map(({ layer }) => layer)))]
  const uses = new Map(
    items.flatMap((item) => item.layers.flatMap((use) => (use.fragment === undefined ? [] : [[use.fragment, use]]))),
  )
  const read = await Promise.all(
    [...uses].map(async ([path, { contexts, place }]): Promise<Fragment | InputError> => {
      const text = await readOrThrow(io, path, 'fragment', place)
      try {
        return parseFragment(path, text, { layers, contexts: Object.keys(contexts) })
      } catch (error) {
        if (error instanceof InputError) return error
        throw error
      }
    }),
  )
  const problems = read.flatMap((result) => (result instanceof InputError ? result.problems : []))
  if (problems.length > 0) throw new InputError(problems)
  return new Map(read.flatMap((result) => (result instanceof InputError ? [] : [[result.file, result]])))
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

/** A plan and the fragments it was made from, so that a leg need not read them twice. */
export type Prepared = { readonly plan: Plan; readonly fragments: ReadonlyMap<string, Fragment> }

/** From the factory file to the plan. Both `plan` and a `build` without a plan file go this way. */
export const preparePlan = async (inputs: PlanInputs, context: Context, io: Io): Promise<Prepared> => {
  const factory = await readFactory(inputs.factory, io)
  const expansion = expandFactory(factory, {
    ...(inputs.only.length === 0 ? {} : { only: inputs.only }),
    base: inputs.base,
    ...(inputs.platforms.length === 0 ? {} : { platforms: inputs.platforms }),
    ...(inputs.registry === undefined ? {} : { registry: inputs.registry }),
  })
  const fragments = await readFragments(expansion.items, io)
  const ref = cacheRefOf(factory, inputs)
  checkOneRef(ref, expansion.items)
  const plan = makePlan({
    plannedAt: io.clock.now().toISOString(),
    factory: inputs.factory,
    name: factory.name,
    context: factory.context,
    cache: {
      strategy: strategyOf(factory),
      access: decideCacheAccess(context.event),
      ...(ref === undefined ? {} : { ref }),
    },
    images: await resolveImages(imagesOf(expansion.items, fragments), io),
    expansion,
    pools: factory.pools,
  })
  return { plan, fragments }
}
