import { PARENT } from './arguments.ts'
import type { FragmentStep, Stage, StageInstruction } from './fragment.ts'
import type { Instruction } from './instruction.ts'
import { tokenOf, wordsOf } from './instruction.ts'
import { expandWord, WordError } from './words.ts'

/**
 * BuildKit takes the names of stages (instructions/parse.go, `validStageName`) and, since it looks each of them up among
 * the named contexts, only those that are repository names as well (distribution/reference).
 */
const STAGE_NAME = /^[a-z][a-z0-9]*(?:(?:\.|_|__|-+)[a-z0-9]+)*$/

/** Whether BuildKit takes the text as the name of a stage and of a named context. */
export const isStageName = (text: string): boolean => STAGE_NAME.test(text)

/** A FROM line, undefined on top of a fragment without one, and what follows up to the next. */
export type Section = { readonly from?: Instruction; readonly body: readonly Instruction[] }

/** Cuts a fragment into what stands before the first FROM and its stages. Without a FROM all of it is one stage. */
export const cutSections = (instructions: readonly Instruction[]) => {
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []))
  if (starts.length === 0) return { head: [], sections: [{ body: instructions }] satisfies readonly Section[] }
  const sections = starts.map((start, index): Section => {
    const [from, ...body] = instructions.slice(start, starts[index + 1])
    return { ...(from === undefined ? {} : { from }), body }
  })
  return { head: instructions.slice(0, starts[0]), sections }
}

const STEPS: readonly string[] = ['RUN', 'COPY', 'ADD', 'WORKDIR']

/** Whether an instruction makes a vertex. `WORKDIR /` does not: the root is there already (convert.go). */
export const isStep = ({ keyword, text, argumentsAt }: Instruction): boolean =>
  STEPS.includes(keyword) &&
  !(keyword === 'WORKDIR' && /^["']?\/(?:\.{0,2}\/)*\.{0,2}["']?$/.test(text.slice(argumentsAt).trim()))

/** An instruction on one line. */
export const foldText = ({ text }: Instruction): string => text.trim().replaceAll(/\s+/g, ' ')

const readStep = (instruction: Instruction): FragmentStep => ({
  keyword: instruction.keyword,
  lines: instruction.lines,
  text: foldText(instruction),
})

/** The text of an instruction, with the lines of its heredocs, which stand behind those that were joined. */
const readBody = ({ text, pieces, heredocs, lines: { end } }: Instruction, lines: readonly string[]): string => {
  if (heredocs.length === 0) return text.trim()
  const first = pieces.at(-1)?.line ?? end
  return [text.trim(), ...lines.slice(first, end)].join('\n')
}

const stageInstruction = (instruction: Instruction, lines: readonly string[]): StageInstruction => ({
  keyword: instruction.keyword,
  text: readBody(instruction, lines),
  lines: instruction.lines,
})

const MARK = '\u0000'

/** Whether a word is the parent whatever the other arguments are. */
export const isParent = (word: string): boolean => {
  try {
    return expandWord(word, (name) => (name === PARENT ? { value: MARK } : 'unset')) === MARK
  } catch (error) {
    if (error instanceof WordError) return false
    throw error
  }
}

/** The words of a FROM line. */
export const fromTokens = (from: Instruction): NonNullable<Stage['tokens']> | undefined => {
  const [image, as, name, ...more] = wordsOf(from)
  if (image === undefined || more.length > 0) return undefined
  if (as !== undefined && (name === undefined || as.text.toUpperCase() !== 'AS')) return undefined
  const value = from.flags.find((flag) => flag.name === 'platform')?.value
  const [first, last] = [value?.at(0), value?.at(-1)]
  const platform = first && last ? { platform: tokenOf(from, first.at, last.at + 1) } : {}
  return { from: image, ...(name === undefined ? {} : { name }), ...platform }
}

/** What a stage of a file of these lines says, malformed FROM lines aside. */
export const readStage = ({ from, body }: Section, fileLines: readonly string[]): Stage => {
  const tokens = from === undefined ? undefined : fromTokens(from)
  const all = from === undefined ? body : [from, ...body]
  const lines = { start: all[0]?.lines.start ?? 1, end: all.at(-1)?.lines.end ?? 0 }
  return {
    onParent: from === undefined || (tokens !== undefined && isParent(tokens.from.text)),
    ...{ lines, steps: body.filter(isStep).map(readStep) },
    instructions: body.map((instruction) => stageInstruction(instruction, fileLines)),
    ...(tokens === undefined ? {} : { from: tokens.from.text, tokens }),
    ...(tokens?.name === undefined ? {} : { name: tokens.name.text }),
    ...(tokens?.platform === undefined ? {} : { platform: tokens.platform.text }),
  }
}
