import type { Platform } from '../oci/platform.ts'
import type { Place } from '../problem.ts'
import { valueOn } from './by-platform.ts'
import type { ExcludeRule, Factory, LayerVariant } from './factory.ts'
import { matchesSelector, renderSelector } from './selector.ts'

/** Why a combination is left out, and the rule or variant that says so. */
export type Objection = { readonly reason: string; readonly place: Place }

type Variants = readonly LayerVariant[]

/** Whether a rule's layers all have a variant that it selects; a layer that is left out is never selected. */
const selects = ({ layers }: ExcludeRule, variants: Variants): boolean =>
  Object.entries(layers).every(([layer, selector]) =>
    variants.some((variant) => variant.layer === layer && matchesSelector(selector, variant.name)),
  )

const requirementObjections = (variants: Variants): readonly Objection[] =>
  variants.flatMap(({ layer, name, requires, place }) =>
    Object.entries(requires).flatMap(([other, selector]) => {
      const chosen = variants.find((variant) => variant.layer === other)
      if (chosen !== undefined && matchesSelector(selector, chosen.name)) return []
      const found = chosen === undefined ? 'there is none' : `it is ${chosen.name}`
      return [{ reason: `${layer} ${name} requires ${other} ${renderSelector(selector)}, but ${found}`, place }]
    }),
  )

/** An image runs on one kind of accelerator. */
const acceleratorObjections = (variants: Variants): readonly Objection[] => {
  const [first, ...others] = variants.filter(({ accelerator }) => accelerator !== undefined)
  return others
    .filter(({ accelerator }) => accelerator !== first?.accelerator)
    .map(({ layer, name, accelerator, place }) => {
      const below = `${first?.layer ?? ''} ${first?.name ?? ''} needs ${first?.accelerator ?? ''}`
      return { reason: `${below}, ${layer} ${name} needs ${accelerator ?? ''}`, place }
    })
}

/** What speaks against a combination on every platform: `requires`, accelerators, rules. Empty when nothing does. */
export const objections = ({ exclude }: Factory, variants: Variants): readonly Objection[] => [
  ...requirementObjections(variants),
  ...acceleratorObjections(variants),
  ...exclude.filter((rule) => rule.platforms === undefined && selects(rule, variants)),
]

/** What speaks against it on one platform: rules that name the platform, and a base image that it does not have. */
export const platformObjections = (
  { exclude }: Factory,
  variants: Variants,
  platform: Platform,
): readonly Objection[] => [
  ...exclude.filter(
    ({ platforms, ...rule }) =>
      platforms !== undefined && matchesSelector(platforms, platform) && selects(rule, variants),
  ),
  ...variants
    .filter(({ from }) => from !== undefined && valueOn(from, platform) === undefined)
    .map(({ layer, name, place }) => ({ reason: `${layer} ${name} has no base for ${platform}`, place })),
]
