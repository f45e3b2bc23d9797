import { textOf } from './flags.ts'
import type { ContextCopy } from './fragment.ts'
import { jsonStrings, keywordToken, tokenOf, wordsOf, type Instruction } from './instruction.ts'
import type { KindOf } from './sources.ts'

/** A source that means the same in another stage: no variables, quotes or escapes. */
const PLAIN = /^[\w./@+,:~*?[\]-]+$/
const PATTERN = /[*?[]/
/** Flags that speak of what arrives, not of what is taken. */
const HARMLESS: readonly string[] = ['from', 'chown', 'chmod']

/**
 * A COPY from a build context whose files can be gathered in a stage of their own first, with the same result; undefined
 * where they cannot. Several sources, or a pattern, must go into a folder for that.
 */
export const readContextCopy = (instruction: Instruction, kindOf: KindOf): ContextCopy | undefined => {
  const { keyword, text, argumentsAt, flags, heredocs, lines } = instruction
  if (keyword !== 'COPY' || heredocs.length > 0 || jsonStrings(text.slice(argumentsAt)) !== undefined) return undefined
  if (flags.some(({ name }) => !HARMLESS.includes(name))) return undefined
  const from = flags.find(({ name }) => name === 'from')?.value
  const [first, last] = [from?.at(0), from?.at(-1)]
  if (from !== undefined && (first === undefined || last === undefined || kindOf(textOf(from)) !== 'context')) return undefined
  const words = wordsOf(instruction)
  const [sources, destination] = [words.slice(0, -1), words.at(-1)]
  if (destination === undefined || sources.length === 0 || !sources.every((source) => PLAIN.test(source.text))) return undefined
  const isFolder = destination.text.endsWith('/')
  const gathered = sources.length > 1 || sources.some((source) => PATTERN.test(source.text))
  if (gathered && !isFolder) return undefined
  return {
    line: lines.start,
    keyword: keywordToken(instruction),
    sources,
    gathered,
    ...(first === undefined || last === undefined ? {} : { from: tokenOf(instruction, first.at, last.at + 1) }),
  }
}
