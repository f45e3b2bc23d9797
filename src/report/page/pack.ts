/** What JSON can hold. An optional property may be there without a value; it is left out. */
export type Json =
  string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json | undefined }

/**
 * A value in few bytes. A list is `[0, …items]`, a record `[n, …values]` with its property names in `shapes[n - 1]`. A
 * text that is there more than once is `~` and its place in `strings` in base 36, as is every text that starts with `~`.
 */
export type Packed = {
  readonly strings: readonly string[]
  readonly shapes: readonly (readonly string[])[]
  readonly root: unknown
}

/** Shorter texts are not worth a place in the table. */
const SHORTEST = 4

const isList = (value: object): value is readonly Json[] => Array.isArray(value)

const entriesOf = (record: { readonly [name: string]: Json | undefined }): readonly (readonly [string, Json])[] =>
  Object.entries(record).filter(([, value]) => value !== undefined)

const countStrings = (value: Json, counts: Map<string, number>): void => {
  if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1)
  if (typeof value !== 'object' || value === null) return
  const children = isList(value) ? value : entriesOf(value).map(([, child]) => child)
  for (const child of children) countStrings(child, counts)
}

/** Places of the texts that go into the table; those that are there most come first, as low numbers are short. */
const placeStrings = (value: Json): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  countStrings(value, counts)
  const often = [...counts].filter(([text, count]) => text.startsWith('~') || (count > 1 && text.length >= SHORTEST))
  // Sorting keeps the order of first use among equals.
  return new Map(often.toSorted(([, a], [, b]) => b - a).map(([text], index) => [text, index]))
}

/** Packs a value, to be unpacked by `unpack`. Same value, same bytes. */
export const pack = (value: Json): Packed => {
  const places = placeStrings(value)
  const shapes = new Map<string, { readonly place: number; readonly names: readonly string[] }>()
  const shapeOf = (names: readonly string[]): number => {
    const id = JSON.stringify(names)
    const shape = shapes.get(id) ?? { place: shapes.size + 1, names }
    shapes.set(id, shape)
    return shape.place
  }
  const encode = (part: Json): unknown => {
    if (typeof part === 'string') {
      const place = places.get(part)
      return place === undefined ? part : `~${place.toString(36)}`
    }
    if (typeof part !== 'object' || part === null) return part ?? null
    if (isList(part)) return [0, ...part.map(encode)]
    const entries = entriesOf(part)
    return [shapeOf(entries.map(([name]) => name)), ...entries.map(([, child]) => encode(child))]
  }
  const root = encode(value)
  return { strings: [...places.keys()], shapes: [...shapes.values()].map(({ names }) => names), root }
}
