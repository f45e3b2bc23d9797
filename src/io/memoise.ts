import { remember } from '../remember.ts'

/** Remembers what a function made of each key; what is undefined is made again. */
export const memoise = <T>(make: (key: string) => T): ((key: string) => T) => {
  const made = new Map<string, T>()
  return (key) => remember(made, key, () => make(key))
}
