import { mergeBake } from './bake-options.ts'
import { argumentsOf, byPlatformOf, overlayArguments, overlayByPlatform } from './by-platform.ts'
import type { Catalogue, LayerSource, VariantSource } from './catalogue.ts'
import { choicesOf } from './choices.ts'
import type { MaxAgeContent } from './description.ts'
import { dictionary, mergeDictionaries } from './dictionary.ts'
import { parseDuration } from './duration.ts'
import { resolveExtends } from './extends.ts'
import type { Layer, LayerVariant } from './factory.ts'
import { given } from './given.ts'
import { imageTestOf } from './image-test.ts'
import { resolveContext, resolvePath } from './path.ts'
import type { Report } from './read-scalar.ts'

/** What a variant says itself, before `extends`. A fragment that `variants-from` found fills in for one not written. */
const ownVariant = (layer: string, source: VariantSource, catalogue: Catalogue, report: Report): LayerVariant => {
  const { name, content, found } = source
  const requires = content?.requires ?? []
  for (const { key } of requires.filter(({ key }) => key.value === layer))
    report({
      place: key.place,
      found: `a variant of "${layer}" requires one of its own layer`,
      expected: 'another layer',
    })
  return {
    layer,
    name: name.value,
    ...given({
      from: content?.from === undefined ? undefined : byPlatformOf(content.from, report),
      fragment: content?.fragment === undefined ? found : resolvePath(content.fragment, report),
      accelerator: content?.accelerator?.value,
      test: imageTestOf(content?.test, report),
    }),
    args: argumentsOf(content?.args, 'variant', report),
    contexts: dictionary((content?.contexts ?? []).map(({ key, value }) => [key.value, resolveContext(value, report)])),
    requires: choicesOf(requires, catalogue, [], report),
    bake: content?.bake ?? {},
    place: name.place,
  }
}

const overlayVariant = (parent: LayerVariant, child: LayerVariant): LayerVariant => ({
  ...parent,
  ...child,
  ...given({ from: child.from === undefined ? parent.from : overlayByPlatform(parent.from, child.from) }),
  args: overlayArguments(parent.args, child.args),
  contexts: mergeDictionaries(parent.contexts, child.contexts),
  requires: mergeDictionaries(parent.requires, child.requires),
  bake: mergeBake(parent.bake, child.bake),
})

/** Only the lowest layer has base images, and each of its variants has one. */
const checkBase = (
  { name, variants }: LayerSource,
  resolved: readonly LayerVariant[],
  isLowest: boolean,
  report: Report,
): void => {
  if (isLowest) {
    for (const { name: variant, place } of resolved.filter(({ from }) => from === undefined))
      report({
        place,
        found: `variant "${variant}" of the lowest layer, "${name.value}", has no base image`,
        expected: 'from: an image reference',
      })
    return
  }
  for (const { name: variant, content } of variants) {
    if (content?.from === undefined) continue
    const found = `variant "${variant.value}" has "from", but "${name.value}" is not the lowest layer`
    report({ place: variant.place, found, expected: '"from" in the lowest layer only' })
  }
}

/** The period of a layer, and what is asked when it is over. */
const ageOf = (content: MaxAgeContent | undefined): Pick<Layer, 'maxAge' | 'probe'> => {
  if (content === undefined) return {}
  if ('plain' in content) return given({ maxAge: parseDuration(content.plain.value) })
  return { ...given({ maxAge: parseDuration(content.map.every.value) }), probe: content.map.probe.value }
}

/** A layer with its variants, `extends` resolved and the layer's own arguments laid under theirs. */
export const layerOf = (source: LayerSource, catalogue: Catalogue, report: Report): Layer => {
  const { name, content } = source
  const drafts = source.variants.map((variant) => ({
    name: variant.name,
    extends: variant.content?.extends,
    own: ownVariant(name.value, variant, catalogue, report),
  }))
  const defaults = argumentsOf(content.args, 'layer', report)
  const resolved = resolveExtends(drafts, overlayVariant, `variant of "${name.value}"`, report)
  checkBase(source, resolved, source === catalogue[0], report)
  return {
    name: name.value,
    stable: content.stable?.value ?? false,
    ...ageOf(content['max-age']),
    variants: resolved.map((variant) => ({ ...variant, args: overlayArguments(defaults, variant.args) })),
    place: name.place,
  }
}

/** Layers that can be prewarmed must not stand on one that cannot. */
export const checkStable = (catalogue: Catalogue, report: Report): void => {
  const unstable = catalogue.findIndex(({ content }) => content.stable?.value !== true)
  for (const { name, content } of unstable === -1 ? [] : catalogue.slice(unstable + 1)) {
    if (content.stable?.value !== true) continue
    const below = catalogue[unstable]?.name.value ?? ''
    const found = `layer "${name.value}" is stable, but "${below}" below it is not`
    report({ place: content.stable.place, found, expected: 'stable layers to be a run from the bottom' })
  }
}

/** `core.build` would be the stage of an auxiliary stage `build` of `core`, too. */
export const checkStageNames = (catalogue: Catalogue, report: Report): void => {
  for (const { name } of catalogue) {
    const owner = catalogue.find((other) => name.value.startsWith(`${other.name.value}.`))
    if (owner === undefined) continue
    const found = `layer "${name.value}" could be mistaken for an auxiliary stage of "${owner.name.value}"`
    report({ place: name.place, found, expected: `a name that does not begin with "${owner.name.value}."` })
  }
}
