/** A record without prototype, so that looking up `constructor` or `__proto__` finds nothing that is not there. */
export const dictionary = <T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> => {
  const record: Record<string, T> = Object.create(null) as Record<string, T>
  for (const [key, value] of entries) record[key] = value
  return record
}

/** Both dictionaries; where both have a key, `combine` decides, else the second wins. Keys keep their first position. */
export const mergeDictionaries = <T>(
  first: Readonly<Record<string, T>>,
  second: Readonly<Record<string, T>>,
  combine: (first: T, second: T) => T = (_, value) => value,
): Readonly<Record<string, T>> =>
  dictionary([
    ...Object.entries(first),
    ...Object.entries(second).map(([key, value]): readonly [string, T] => {
      const before = Object.hasOwn(first, key) ? first[key] : undefined
      return [key, before === undefined ? value : combine(before, value)]
    }),
  ])
