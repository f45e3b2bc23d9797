/** Order of two texts by their UTF-16 units, the same on every machine. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Order by first place in a list; what is not in it comes last. */
export const compareByList = (list: readonly string[]): ((a: string, b: string) => number) => {
  const places = new Map(list.map((value, index) => [value, index] as const).reverse())
  const placeOf = (value: string): number => places.get(value) ?? list.length
  return (a, b) => placeOf(a) - placeOf(b)
}

/** All of it, added up. */
export const sumOf = <T>(values: Iterable<T>, amount: (value: T) => number): number => {
  let sum = 0
  for (const value of values) sum += amount(value)
  return sum
}
