import { textOf } from './flags.ts'
import type { ContextCopy, Token } from './fragment.ts'
import { jsonStrings, keywordToken, tokenOf, wordsOf, type Instruction } from './instruction.ts'
import type { KindOf } from './sources.ts'

/** A source that means the same in another stage: no variables, quotes or escapes, nor the look of a flag. */
const PLAIN = /^(?!--)[\w./@+,:~*?[\]-]+$/
const PATTERN = /[*?[]/
/** Flags that speak of what arrives, not of what is taken. */
const HARMLESS: readonly string[] = ['from', 'chown', 'chmod']

/** The name behind `--from`, `main` without one; undefined where files come from elsewhere than a build context. */
const contextOf = (instruction: Instruction, kindOf: KindOf): Token | 'main' | undefined => {
  const from = instruction.flags.find(({ name }) => name === 'from')
  if (from === undefined) return 'main'
  const [first, last] = [from.value?.at(0), from.value?.at(-1)]
  if (first === undefined || last === undefined || kindOf(textOf(from.value ?? [])) !== 'context') return undefined
  return tokenOf(instruction, first.at, last.at + 1)
}

/**
 * A COPY from a build context whose files can be gathered in a stage of their own first, with the same result; undefined
 * where they cannot. Several sources, or a pattern, must go into a folder for that.
 */
export const readContextCopy = (instruction: Instruction, kindOf: KindOf): ContextCopy | undefined => {
  const { keyword, text, argumentsAt, flags, heredocs, lines } = instruction
  if (keyword !== 'COPY' || heredocs.length > 0 || jsonStrings(text.slice(argumentsAt)) !== undefined) return undefined
  if (flags.some(({ name }) => !HARMLESS.includes(name))) return undefined
  const context = contextOf(instruction, kindOf)
  const words = wordsOf(instruction)
  const [sources, destination] = [words.slice(0, -1), words.at(-1)]
  if (context === undefined || destination === undefined || sources.length === 0) return undefined
  if (!sources.every((source) => PLAIN.test(source.text))) return undefined
  const gathered = sources.length > 1 || sources.some((source) => PATTERN.test(source.text))
  if (gathered && !destination.text.endsWith('/')) return undefined
  const from = context === 'main' ? {} : { from: context }
  return { line: lines.start, keyword: keywordToken(instruction), sources, gathered, ...from }
}
