import type { Platform } from '../oci/platform.ts'
import type { FragmentArgument, Token } from './fragment.ts'
import type { Instruction } from './instruction.ts'
import { tokenOf } from './instruction.ts'
import type { Variable } from './words.ts'
import { expandWord } from './words.ts'

/** The name by which a fragment refers to the layer below. */
export const PARENT = 'PARENT'

const TARGET = ['TARGETPLATFORM', 'TARGETOS', 'TARGETOSVERSION', 'TARGETARCH', 'TARGETVARIANT', 'TARGETSTAGE']
const BUILD = ['BUILDPLATFORM', 'BUILDOS', 'BUILDOSVERSION', 'BUILDARCH', 'BUILDVARIANT']

/** Arguments that BuildKit gives a value by itself (dockerfile2llb/platform.go, `defaultArgs`). */
export const PREDEFINED: readonly string[] = [...TARGET, ...BUILD]

/** Words as BuildKit splits ARG and ENV: blanks within quotes do not count (parser/line_parsers.go, `parseWords`). */
export const argumentWords = (instruction: Instruction): readonly Token[] => {
  const rest = instruction.text.slice(instruction.argumentsAt)
  const words = rest.matchAll(/(?:\\.|'[^']*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$)|[^\s'"\\]|\\$)+/gs)
  return [...words].map(({ 0: word, index }) => {
    const start = instruction.argumentsAt + index
    return tokenOf(instruction, start, start + word.length)
  })
}

/** The names that an ARG declares, each with its default where it has one. */
export const readArguments = (instruction: Instruction, global: boolean): readonly FragmentArgument[] =>
  argumentWords(instruction).map((token) => {
    const [name = '', ...rest] = token.text.split('=')
    const line = token.spans[0]?.line ?? instruction.lines.start
    return { name, line, global, token, ...(rest.length === 0 ? {} : { default: rest.join('=') }) }
  })

/** The values of a platform's predefined arguments. Those of the builder are not known before the build. */
export const platformArguments = (platform: Platform): ReadonlyMap<string, string> => {
  const [os = '', architecture = '', variant = ''] = platform.split('/')
  return new Map([
    ['TARGETPLATFORM', platform],
    ['TARGETOS', os],
    ['TARGETARCH', architecture],
    ['TARGETVARIANT', variant],
  ])
}

/** What a global ARG stands for. It is `late` when its text holds a variable whose value only the builder knows. */
export type GlobalValue = { readonly value: string; readonly late: boolean }

/**
 * The values of the ARGs before the first FROM, which may build on each other (dockerfile2llb, `buildMetaArgs`).
 * `given` replaces defaults; `known` are values that are there from the start. Names that are declared and have no value
 * are not in the result. Throws `WordError`.
 */
export const expandGlobals = (
  args: readonly FragmentArgument[],
  given: ReadonlyMap<string, string> = new Map(),
  known: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, GlobalValue> => {
  const values = new Map([...known].map(([name, value]) => [name, { value, late: false }]))
  for (const { name, default: text } of args.filter(({ global }) => global)) {
    const value = given.get(name)
    if (value !== undefined) values.set(name, { value, late: false })
    else if (text !== undefined) values.set(name, expandGlobal(text, values))
  }
  return values
}

const expandGlobal = (text: string, values: ReadonlyMap<string, GlobalValue>): GlobalValue => {
  let late = false
  const value = expandWord(text, (name) => {
    const variable = lookupGlobal(values)(name)
    late ||= variable === 'keep' || (values.get(name)?.late ?? false)
    return variable
  })
  return { value, late }
}

/** Looks names up as FROM does: among global ARGs, then among predefined ones, which are left for BuildKit to expand. */
export const lookupGlobal =
  (values: ReadonlyMap<string, GlobalValue>) =>
  (name: string): Variable =>
    values.get(name) ?? (PREDEFINED.includes(name) ? 'keep' : 'unset')
