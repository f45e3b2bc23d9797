import { didYouMean } from '../suggest.ts'
import { variantNames, type Catalogue } from './catalogue.ts'
import type { SelectorContent } from './selector-shapes.ts'
import { dictionary } from './dictionary.ts'
import type { Selector } from './factory.ts'
import type { Report } from './read-scalar.ts'
import { checkSelector, selectorOf } from './selector.ts'
import type { Entry } from './shape.ts'
import { orList } from './wording.ts'

/**
 * Selectors by layer, as manifests, rules and `requires` have them, with every name looked up.
 * `keys` are the other keys of the place, which a misspelt one may have meant.
 */
export const choicesOf = (
  entries: readonly Entry<SelectorContent>[],
  catalogue: Catalogue,
  keys: readonly string[],
  report: Report,
): Readonly<Record<string, Selector>> => {
  const layers = catalogue.map(({ name }) => name.value)
  for (const { key, value } of entries) {
    const variants = variantNames(catalogue, key.value)
    if (variants === undefined) {
      const hint = didYouMean(key.value, [...layers, ...keys])
      report({ place: key.place, found: `unknown layer: "${key.value}"`, expected: orList(layers), ...hint })
    } else if (variants.length > 0) checkSelector(value, variants, `variant of "${key.value}"`, report)
  }
  return dictionary(entries.map(({ key, value }) => [key.value, selectorOf(value)]))
}
