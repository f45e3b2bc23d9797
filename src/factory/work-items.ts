import { formatReference, parseReference, repositoryOf } from '../oci/reference.ts'
import type { Platform } from '../oci/platform.ts'
import { inputError } from '../problem.ts'
import { remember } from '../remember.ts'
import { mergeBake } from './bake-options.ts'
import { overlayArguments, valueOn, type Arguments } from './by-platform.ts'
import { placeholderValues, type Combination } from './combination.ts'
import { dictionary } from './dictionary.ts'
import type { Factory, LayerVariant } from './factory.ts'
import { given } from './given.ts'
import { renderSparse } from './template.ts'
import type { WorkArgument, WorkItem, WorkLayer } from './work-item.ts'

/** Values on one platform; arguments that have none there are left out. */
const argumentsOn = (args: Arguments, platform: Platform): Readonly<Record<string, WorkArgument>> =>
  dictionary(
    Object.entries(args).flatMap(([name, { value, level, place }]) => {
      const text = valueOn(value, platform)
      return text === undefined ? [] : [[name, { value: text, level, place }] as const]
    }),
  )

/** Makes each layer of a work item once, since most are the same in many. Reading them again finds the same object. */
export type LayerMaker = (combination: Combination, variant: LayerVariant, platform: Platform) => WorkLayer

/** Remembers layers by what they are made of: the variant, the entry that asks for it, and the platform. */
export const createLayerMaker = (factory: Factory): LayerMaker => {
  const made = new Map<Combination['entry'], Map<LayerVariant, Map<Platform, WorkLayer>>>()
  return (combination, variant, platform) => {
    const variants = remember(made, combination.entry, () => new Map<LayerVariant, Map<Platform, WorkLayer>>())
    const layers = remember(variants, variant, () => new Map<Platform, WorkLayer>())
    return remember(layers, platform, () => workLayer(factory, combination, variant, platform))
  }
}

const workLayer = (factory: Factory, { entry }: Combination, variant: LayerVariant, platform: Platform): WorkLayer => {
  const { layer, name, from, fragment, contexts, place } = variant
  const args = [variant.args, entry.args].reduce(overlayArguments, factory.args)
  return {
    layer,
    variant: name,
    ...given({ from: from === undefined ? undefined : valueOn(from, platform), fragment }),
    args: argumentsOn(args, platform),
    contexts,
    place,
  }
}

const acceleratorOf = ({ variants }: Combination): string | undefined =>
  variants.find(({ accelerator }) => accelerator !== undefined)?.accelerator

/** The pool that tests a manifest builds it, too: the image is in that builder. */
const testPoolOf = (
  { pools }: Factory,
  { testPool, place }: Combination['entry'],
  platform: Platform,
): string | undefined => {
  if (testPool === undefined) return undefined
  const pool = pools.find(({ name }) => name === testPool)
  if (pool === undefined)
    throw inputError(`there is no pool "${testPool}" for test-pool`, {
      place,
      expected: `one of pools: ${pools.map(({ name }) => name).join(', ')}`,
    })
  return pool.platform === platform ? pool.name : undefined
}

const testsOf = ({ entry, variants }: Combination): WorkItem['tests'] => {
  const tests = [...variants.map(({ test }) => test), entry.test].filter((test) => test !== undefined)
  return tests.length === 0 ? undefined : tests
}

const poolOf = ({ pools }: Factory, platform: Platform, accelerator: string | undefined): string | undefined =>
  pools.find((pool) => pool.platform === platform && pool.accelerator === accelerator)?.name ??
  pools.find((pool) => pool.platform === platform && pool.accelerator === undefined)?.name

/**
 * Repository of a combination's image. A placeholder without a value goes with a separator beside it.
 * Throws an InputError when the result is not a repository, or is where the cache lives.
 */
export const imageOf = (factory: Factory, { id, entry, variants }: Combination): string => {
  const path = renderSparse(factory.image, new Map([...placeholderValues(factory, variants), ['manifest_id', id]]))
  const image = factory.registry === undefined ? path : `${factory.registry}/${path}`
  const reference = parseReference(image)
  if (reference === undefined || image !== image.toLowerCase())
    throw inputError(`the image template "${factory.image}" makes "${image}" of manifest "${id}"`, {
      place: entry.place,
      expected: 'a repository: parts of lower-case letters and digits, joined by one ".", "_", "-" or "/"',
    })
  const caches = [
    factory.cache.ref,
    factory.cache.untrustedRef,
    ...(factory.cache.mirrors ?? []).map(({ ref }) => ref),
    ...factory.pools.map(({ cache }) => cache),
  ]
  const isCache = caches
    .flatMap((ref) => parseReference(ref ?? '') ?? [])
    .some((cache) => repositoryOf(cache) === repositoryOf(reference))
  if (isCache)
    throw inputError(`the cache and the image of manifest "${id}" share the repository ${formatReference(reference)}`, {
      place: entry.place,
      hint: 'give cache.ref a repository of its own',
    })
  return image
}

/** A combination on one platform. */
export const workItem = (
  factory: Factory,
  combination: Combination,
  platform: Platform,
  published: { readonly image: string; readonly tags: readonly string[] },
  makeLayer: LayerMaker,
): WorkItem => {
  const { id, entry, variants } = combination
  const accelerator = acceleratorOf(combination)
  return {
    manifestId: id,
    platform,
    layers: variants.map((variant) => makeLayer(combination, variant, platform)),
    ...published,
    ...given({
      version: entry.version,
      accelerator,
      pool: testPoolOf(factory, entry, platform) ?? poolOf(factory, platform, accelerator),
      tests: testsOf(combination),
    }),
    bake: [...variants.map(({ bake }) => bake), entry.bake].reduce(mergeBake, factory.bake),
  }
}
