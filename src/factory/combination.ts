import { createHash } from 'node:crypto'
import { inputError } from '../problem.ts'
import { whyRefusedId } from './name-shapes.ts'
import type { Factory, LayerVariant, ManifestEntry } from './factory.ts'
import { matchesSelector, singleName } from './selector.ts'
import { renderSparse } from './template.ts'

/** One manifest: a variant for every layer that its entry names. */
export type Combination = {
  readonly id: string
  readonly entry: ManifestEntry
  /** Bottom to top. */
  readonly variants: readonly LayerVariant[]
  /** Whether the entry says exactly this one, without lists and globs; then its name is the id. */
  readonly isNamed: boolean
}

const ID_LENGTH = 80
const HASH_LENGTH = 8

/** More combinations than this are a slip, and would take minutes. */
const LIMIT = 50_000

/** An id of at most 80 characters: longer ones are cut and get 8 hex of the sha256 of the whole. */
export const shortenId = (id: string): string => {
  if (id.length <= ID_LENGTH) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH)
  return `${id.slice(0, ID_LENGTH - HASH_LENGTH - 1)}-${hash}`
}

/** Values of a combination's placeholders: `{name}` is the factory's, a layer's name stands for its variant. */
export const placeholderValues = (factory: Factory, variants: readonly LayerVariant[]): ReadonlyMap<string, string> =>
  new Map([['name', factory.name], ...variants.map(({ layer, name }) => [layer, name] as const)])

const product = <T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] =>
  lists.reduce<readonly (readonly T[])[]>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  )

const expandedId = (factory: Factory, entry: ManifestEntry, variants: readonly LayerVariant[]): string => {
  const id = shortenId(renderSparse(factory.id, placeholderValues(factory, variants)))
  const why = /^[a-z0-9_]/.test(id) ? whyRefusedId(id) : 'an id begins with a letter, a digit or "_"'
  if (why === undefined) return id
  throw inputError(
    `"${id}", which the id template "${factory.id}" makes of manifest "${entry.name}", cannot be an id: ${why}`,
    {
      place: entry.place,
      hint: 'change the template',
    },
  )
}

/** The combinations of one entry: layers bottom to top, variants as they stand in the file. */
export const combinationsOf = (factory: Factory, entry: ManifestEntry): readonly Combination[] => {
  const selectors = Object.values(entry.choices)
  const isNamed = selectors.every((selector) => singleName(selector) !== undefined)
  const choices = factory.layers.flatMap(({ name, variants }) => {
    const selector = entry.choices[name]
    return selector === undefined ? [] : [variants.filter((variant) => matchesSelector(selector, variant.name))]
  })
  const count = choices.reduce((total, { length }) => total * length, 1)
  if (count > LIMIT)
    throw inputError(`manifest "${entry.name}" stands for ${count} combinations`, {
      place: entry.place,
      expected: `${LIMIT} at most`,
      hint: 'choose fewer variants instead of "*"',
    })
  return product(choices).map((variants) => ({
    id: isNamed ? entry.name : expandedId(factory, entry, variants),
    entry,
    variants,
    isNamed,
  }))
}
