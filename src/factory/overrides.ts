import { parsePlatform, type Platform } from '../oci/platform.ts'
import { parseReference } from '../oci/reference.ts'
import { InputError, type Problem } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import { dictionary } from './dictionary.ts'
import type { Factory, Layer } from './factory.ts'
import { given } from './given.ts'
import { orList } from './wording.ts'
import { registry as registryShape } from './text-shapes.ts'

/** What a run may ask for beside the factory file. */
export type ExpandOptions = {
  /** Only these of the factory's platforms, in any spelling. */
  readonly platforms?: readonly Platform[]
  /** Instead of the file's. */
  readonly registry?: string
  /** Only manifests with these ids; globs and aliases work. */
  readonly only?: readonly string[]
  /** Base images by name of a variant of the lowest layer, instead of the file's. */
  readonly base?: Readonly<Record<string, string>>
}

const baseProblems = (lowest: Layer | undefined, base: Readonly<Record<string, string>>): readonly Problem[] => {
  const names = lowest?.variants.map(({ name }) => name) ?? []
  return Object.entries(base).flatMap(([name, reference]): readonly Problem[] => {
    if (!names.includes(name))
      return [{ found: `base: unknown variant "${name}"`, expected: orList(names), ...didYouMean(name, names) }]
    if (parseReference(reference) !== undefined) return []
    return [{ found: `base: "${reference}" is not an image reference`, expected: 'name[:tag][@sha256:…]' }]
  })
}

const registryProblems = (registry: string): readonly Problem[] => {
  const { pattern, test, expected, hint } = registryShape
  if (pattern.test(registry) && test?.(registry) !== false) return []
  return [{ found: `registry: "${registry}" is not a registry`, expected, ...given({ hint: hint?.(registry) }) }]
}

const withBase = (layer: Layer, base: Readonly<Record<string, string>>): Layer => ({
  ...layer,
  variants: layer.variants.map((variant) => {
    const any = Object.hasOwn(base, variant.name) ? base[variant.name] : undefined
    return any === undefined ? variant : { ...variant, from: { any, platforms: dictionary([]) } }
  }),
})

/** The factory with a run's own registry and base images. Throws an {@link InputError} for values that cannot be used. */
export const override = (factory: Factory, { registry, base = {} }: ExpandOptions): Factory => {
  const [lowest, ...others] = factory.layers
  const problems = [...baseProblems(lowest, base), ...(registry === undefined ? [] : registryProblems(registry))]
  if (problems.length > 0) throw new InputError(problems)
  return {
    ...factory,
    ...given({ registry: registry ?? factory.registry }),
    layers: lowest === undefined ? [] : [withBase(lowest, base), ...others],
  }
}

/** The platforms a run asks for, in the factory's order. Throws an {@link InputError} for one that is not the factory's. */
export const chosenPlatforms = ({ platforms }: Factory, wanted: readonly string[] | undefined): readonly Platform[] => {
  if (wanted === undefined) return platforms
  const normal = wanted.map((text) => parsePlatform(text) ?? text)
  const problems = normal
    .filter((platform) => !platforms.includes(platform))
    .map((platform) => ({
      found: `platforms: the factory does not build for "${platform}"`,
      expected: orList(platforms),
      ...didYouMean(platform, platforms),
    }))
  if (problems.length > 0) throw new InputError(problems)
  return platforms.filter((platform) => normal.includes(platform))
}
