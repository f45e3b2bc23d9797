import { didYouMean } from '../suggest.ts'
import type { IncludedDocument, MainDocument } from './document.ts'
import type { LayerContent, VariantContent } from './description.ts'
import { matchGlob } from './path-glob.ts'
import { folderName } from './path.ts'
import { readWord, type Report } from './read-scalar.ts'
import type { Entry } from './shape.ts'
import type { Located } from './source.ts'
import { variantName } from './name-shapes.ts'
import { orList, renderPlace } from './wording.ts'

/** A variant's name, and what the files say of it: fields, a fragment that `variants-from` found, or both. */
export type VariantSource = {
  readonly name: Located<string>
  readonly content?: VariantContent
  readonly found?: string
}

/** A layer of the main file with the variants that all files give it. */
export type LayerSource = {
  readonly name: Located<string>
  readonly content: LayerContent
  readonly variants: readonly VariantSource[]
}

/** Which names there are: the layers bottom to top with their variants, merged from all files. */
export type Catalogue = readonly LayerSource[]

/** Reports names that are given twice, in whichever files. */
export const refuseTwice = (
  entries: readonly { readonly key: Located<string> }[],
  noun: string,
  report: Report,
): void => {
  const first = new Map<string, Located<string>>()
  for (const { key } of entries) {
    const before = first.get(key.value)
    if (before === undefined) first.set(key.value, key)
    else
      report({
        place: key.place,
        found: `${noun} "${key.value}" is here a second time`,
        hint: `the first is at ${renderPlace(before)}`,
      })
  }
}

type LayerPart = Pick<LayerContent, 'variants' | 'variants-from'>

/** One variant per file that a glob finds, named after the file's folder. */
const foundVariants = (glob: Located<string>, paths: readonly string[], report: Report): readonly VariantSource[] =>
  matchGlob(glob, paths, report).map((found) => {
    const name = { value: folderName(found), place: glob.place }
    readWord(variantName, name, (problem) => {
      report({ ...problem, found: `the folder of ${found} cannot name a variant: ${problem.found}` })
    })
    return { name, found }
  })

const variantsOf = (
  parts: readonly LayerPart[],
  paths: readonly string[],
  report: Report,
): readonly VariantSource[] => {
  const written = parts.flatMap(({ variants }) => variants ?? [])
  refuseTwice(written, 'variant', report)
  const sources = new Map<string, VariantSource>(
    written.map(({ key, value }) => [key.value, { name: key, content: value }] as const),
  )
  for (const source of parts.flatMap((part) =>
    (part['variants-from'] ?? []).flatMap((glob) => foundVariants(glob, paths, report)),
  )) {
    const before = sources.get(source.name.value)
    if (before?.found !== undefined && before.found !== source.found) {
      const found = `${before.found} and ${source.found ?? ''} are both variant "${source.name.value}"`
      report({ place: source.name.place, found, hint: 'write one of them out under "variants"' })
    }
    sources.set(source.name.value, { ...source, ...before })
  }
  return [...sources.values()]
}

const layerSource = (
  { key, value }: Entry<LayerContent>,
  added: readonly LayerPart[],
  paths: readonly string[],
  report: Report,
): LayerSource => {
  const variants = variantsOf([value, ...added], paths, report)
  if (variants.length === 0)
    report({ place: key.place, found: `layer "${key.value}" has no variants`, expected: 'variants or variants-from' })
  return { name: key, content: value, variants }
}

/** Merges the layers of all files. `paths` are the files found for `variants-from`, relative to the workspace. */
export const catalogueOf = (
  main: MainDocument,
  included: readonly IncludedDocument[],
  paths: readonly string[],
  report: Report,
): Catalogue => {
  const layers = main.content.layers ?? []
  const names = layers.map(({ key }) => key.value)
  const added = included.flatMap(({ content }) => content.layers ?? [])
  for (const { key } of added.filter((entry) => !names.includes(entry.key.value))) {
    const found = `unknown layer: "${key.value}"`
    report({ place: key.place, found, expected: orList(names), ...didYouMean(key.value, names) })
  }
  if (layers.length === 0)
    report({ place: main.content.place, found: 'the factory has no layers', expected: 'layers, bottom to top' })
  return layers.map((layer) =>
    layerSource(
      layer,
      added.filter(({ key }) => key.value === layer.key.value).map(({ value }) => value),
      paths,
      report,
    ),
  )
}

/** The names of a layer's variants; undefined for an unknown layer. */
export const variantNames = (catalogue: Catalogue, layer: string): readonly string[] | undefined =>
  catalogue.find(({ name }) => name.value === layer)?.variants.map(({ name }) => name.value)
