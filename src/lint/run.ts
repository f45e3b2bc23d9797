import { mountFields, textOf, type Chars } from '../fragment/flags.ts'
import type { Span } from '../fragment/fragment.ts'
import { jsonStrings, tokenOf, type Instruction } from '../fragment/instruction.ts'
import { programsOf, isShell, type Program } from './program.ts'
import { readCommands, type Command } from './shell.ts'

/** A mount of a RUN, with its fields by name. */
export type Mount = Readonly<Record<string, string>>

/** An instruction with what a linter asks of it. */
export type LintInstruction = {
  readonly instruction: Instruction
  /** All of its text, heredocs too. */
  readonly body: string
  /** What a RUN runs; none for other instructions. */
  readonly programs: readonly Program[]
  readonly mounts: readonly Mount[]
  /** Where characters stand in the file: the first line of them. */
  readonly spanOf: (chars: Chars) => Span
}

const charsOf = (text: string, at: number): Chars =>
  Array.from({ length: text.length }, (_, i) => ({ char: text[i] ?? '', at: at + i }))

/** The lines of one heredoc, joined; `line` is the first of them. */
type Body = { readonly text: string; readonly line: number }

const bodiesOf = ({ heredocs, pieces, lines: range }: Instruction, lines: readonly string[]): readonly Body[] => {
  let next = pieces.at(-1)?.line ?? range.end
  return heredocs.map(({ name, chomp }) => {
    const from = next
    const length = lines.slice(from, range.end).findIndex((line) => (chomp ? line.replace(/^\t+/, '') : line) === name)
    next = length === -1 ? range.end : from + length + 1
    return { text: lines.slice(from, length === -1 ? range.end : from + length).join('\n'), line: from + 1 }
  })
}

/** The words of an instruction in exec form, each with the characters between its quotes. */
const execCommand = ({ text, argumentsAt }: Instruction): readonly Command[] => {
  if (jsonStrings(text.slice(argumentsAt)) === undefined) return []
  const words = [...text.slice(argumentsAt).matchAll(/"((?:\\.|[^"\\])*)"/g)].map(({ 1: inner = '', index }) =>
    charsOf(inner, argumentsAt + index + 1),
  )
  return [{ words, inputs: [], outputs: [] }]
}

/** Whether heredocs are scripts: nothing stands before them, or a shell that is given nothing else to run. */
const runsHeredocs = (programs: readonly Program[], [body]: readonly Body[]): boolean => {
  const [program, ...more] = programs
  if (more.length > 0 || /^#!(?!.*\b(?:ba|da|a|z|k)?sh\b)/.test(body?.text ?? '')) return false
  return (
    program === undefined ||
    (isShell(program.name) && program.texts.slice(1).every((text) => /^[-+]|^pipefail$/.test(text)))
  )
}

const programsIn = (instruction: Instruction, bodies: readonly Body[]): readonly Program[] => {
  const { text, argumentsAt } = instruction
  const exec = execCommand(instruction)
  if (exec.length > 0) return programsOf(exec)
  const own = programsOf(readCommands(charsOf(text.slice(argumentsAt), argumentsAt)))
  if (bodies.length === 0 || !runsHeredocs(own, bodies)) return own
  let at = text.length + 1
  const scripts = bodies.flatMap((body) => {
    const chars = charsOf(body.text, at)
    at += body.text.length + 1
    return programsOf(readCommands(chars))
  })
  return [...own, ...scripts]
}

/** Offsets at which the lines of heredocs begin, behind the instruction's own text, each with its number. */
type LineStart = { readonly at: number; readonly line: number; readonly length: number }

const lineStarts = (bodies: readonly Body[], first: number): readonly LineStart[] => {
  let at = first
  return bodies.flatMap(({ text, line }) =>
    text.split('\n').map(({ length }, index) => {
      const start = { at, line: line + index, length }
      at += length + 1
      return start
    }),
  )
}

/** Where a stretch of a heredoc stands, as far as its first line goes. */
const heredocSpan = (starts: readonly LineStart[], from: number, to: number): Span => {
  const start = starts.findLast(({ at }) => at <= from) ?? { at: 0, line: 1, length: 0 }
  return { line: start.line, start: from - start.at, end: Math.min(to - start.at, start.length) }
}

const mountsOf = ({ flags }: Instruction): readonly Mount[] =>
  flags.flatMap(({ name, value }) => {
    if (name !== 'mount' || value === undefined) return []
    const fields = mountFields(value).map((field): [string, string] => [
      field.name,
      field.value === undefined ? 'true' : textOf(field.value),
    ])
    return [Object.fromEntries(fields)]
  })

/** Reads an instruction of a file of these lines for the linter. */
export const readLintInstruction = (instruction: Instruction, lines: readonly string[]): LintInstruction => {
  const bodies = bodiesOf(instruction, lines)
  const isRun = instruction.keyword === 'RUN'
  const starts = lineStarts(bodies, instruction.text.length + 1)
  return {
    instruction,
    body: [instruction.text, ...bodies.map(({ text }) => text)].join('\n'),
    programs: isRun ? programsIn(instruction, bodies) : [],
    mounts: isRun ? mountsOf(instruction) : [],
    spanOf: (chars) => {
      const [start, end] = [chars[0]?.at ?? 0, (chars.at(-1)?.at ?? 0) + 1]
      if (start > instruction.text.length) return heredocSpan(starts, start, end)
      const fallback = { line: instruction.lines.start, start: 0, end: 0 }
      return tokenOf(instruction, start, end).spans[0] ?? fallback
    },
  }
}
