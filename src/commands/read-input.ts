import { parseReference } from '../oci/reference.ts'
import { inputError } from '../problem.ts'
import { didYouMean } from '../suggest.ts'

/** Raw text of an input; empty when it is not given. */
export type ReadInput = (name: string) => string

/** Lines of an input, trimmed, without empty ones. */
export const lines = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** Values separated by commas or line ends. */
export const list = (text: string): readonly string[] => lines(text.replaceAll(',', '\n'))

/** `true` or `false`, in any case. */
export const bool = (read: ReadInput, name: string, byDefault: boolean): boolean => {
  const text = read(name).toLowerCase()
  if (text === '') return byDefault
  if (text === 'true' || text === 'false') return text === 'true'
  throw inputError(`input ${name} is ${JSON.stringify(read(name))}`, { expected: 'true or false' })
}

/** Lines of the form `key<separator>value`. */
export const pairs = (read: ReadInput, name: string, separator = '='): readonly (readonly [string, string])[] =>
  lines(read(name)).map((line) => {
    const at = line.indexOf(separator)
    // A secret's value must not be shown, and nothing tells a secret from a misspelt line.
    if (at < 1)
      throw inputError(`a line of input ${name} has no ${separator}`, { expected: `key${separator}value on each line` })
    return [line.slice(0, at).trim(), line.slice(at + separator.length).trim()]
  })

/** Lines of the form `key<separator>value` as a record. */
export const record = (read: ReadInput, name: string, separator?: string): Readonly<Record<string, string>> =>
  Object.fromEntries(pairs(read, name, separator))

/** Lines of the form `key=image`. */
export const references = (read: ReadInput, name: string): Readonly<Record<string, string>> => {
  const entries = pairs(read, name)
  for (const [key, value] of entries) {
    if (parseReference(value) === undefined) {
      throw inputError(`input ${name} gives ${key} the image ${JSON.stringify(value)}`, {
        expected: 'an image reference',
      })
    }
  }
  return Object.fromEntries(entries)
}

/** A member that is there only when its text is not empty. */
export const optional = <K extends string>(key: K, text: string): { readonly [P in K]?: string } =>
  text === '' ? {} : ({ [key]: text } as { readonly [P in K]?: string })

/** A number of an input, within limits. */
export const count = (
  read: ReadInput,
  name: string,
  { byDefault, least, most }: { readonly byDefault: number; readonly least: number; readonly most: number },
): number => {
  const text = read(name)
  const value = text === '' ? byDefault : Number(text)
  if (/^\d*(?:\.\d+)?$/.test(text) && value >= least && value <= most) return value
  throw inputError(`input ${name} is ${JSON.stringify(text)}`, { expected: `a number from ${least} to ${most}` })
}

/** One of some words; the first is the default. */
export const choice = <T extends string>(read: ReadInput, name: string, choices: readonly [T, ...T[]]): T => {
  const text = read(name)
  const found = text === '' ? choices[0] : choices.find((each) => each === text)
  if (found !== undefined) return found
  throw inputError(`input ${name} is ${JSON.stringify(text)}`, {
    expected: choices.join(', '),
    ...didYouMean(text, choices),
  })
}
