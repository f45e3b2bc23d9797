/** The value of a key in a map: the one that is there, else a new one, which stays there. */
export const remember = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
