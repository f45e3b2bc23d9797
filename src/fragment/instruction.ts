import type { Place } from '../problem.ts'
import { readFlags } from './flags.ts'
import type { Flag } from './flags.ts'
import type { LineRange, Span, Token } from './fragment.ts'
import { heredocsOf } from './words.ts'
import type { Heredoc } from './words.ts'

/** A stretch of one source line that went into the joined text of an instruction. */
type Piece = { readonly line: number; readonly column: number; readonly offset: number; readonly length: number }

/**
 * An instruction as BuildKit reads it: continuation lines joined, comments between them left out.
 * Positions within it are offsets into `text`; {@link tokenOf} leads them back to the file.
 */
export type Instruction = {
  /** Upper case. */
  readonly keyword: string
  readonly text: string
  readonly flags: readonly Flag[]
  /** Where the arguments begin in `text`, behind the flags. */
  readonly argumentsAt: number
  readonly lines: LineRange
  readonly pieces: readonly Piece[]
  readonly heredocs: readonly Heredoc[]
  /** Why it does not end where it should: the file ends in a continuation or within a heredoc. */
  readonly open?: 'continuation' | Heredoc
}

/** A parser directive, `# name=value`. The name is in lower case. */
export type Directive = { readonly name: string; readonly value: string; readonly line: number }

/** A Dockerfile cut into its directives and instructions. */
export type Instructions = {
  readonly lines: readonly string[]
  readonly directives: readonly Directive[]
  readonly instructions: readonly Instruction[]
}

const DIRECTIVE = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/
const DIRECTIVES: readonly string[] = ['syntax', 'escape', 'check']
const COMMENT = /^\s*#/
/** A backslash at the end of a line continues it, unless another stands before it (parser.go, `setEscapeToken`). */
const CONTINUED = /^(.*[^\\]|)\\[ \t]*$/s
const HEREDOC_KEYWORDS: readonly string[] = ['RUN', 'COPY', 'ADD']

/** Directives stand on top, without any other line between them (parser/directives.go). */
const readDirectives = (lines: readonly string[]): readonly Directive[] => {
  const directives: Directive[] = []
  const first = lines[0]?.startsWith('#!') === true ? 1 : 0
  for (let index = first; index < lines.length; index++) {
    const [, name = '', value = ''] = DIRECTIVE.exec(lines[index] ?? '') ?? []
    if (!DIRECTIVES.includes(name.toLowerCase())) break
    directives.push({ name: name.toLowerCase(), value, line: index + 1 })
  }
  return directives
}

type Joined = {
  readonly text: string
  readonly pieces: readonly Piece[]
  readonly next: number
  readonly open: boolean
}

/** Joins the lines of one instruction, from line index `start` (parser.go, `Parse`). */
const joinLines = (lines: readonly string[], start: number): Joined => {
  const pieces: Piece[] = []
  let text = ''
  for (let index = start; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (index > start && (COMMENT.test(line) || line.trim() === '')) continue
    const kept = CONTINUED.exec(line)?.[1]
    const column = index === start ? line.length - line.trimStart().length : 0
    const part = (kept ?? line).slice(column)
    pieces.push({ line: index + 1, column, offset: text.length, length: part.length })
    text += part
    if (kept === undefined) return { text, pieces, next: index + 1, open: false }
  }
  return { text, pieces, next: lines.length, open: true }
}

type Body = { readonly next: number; readonly open?: Heredoc }

/** Skips the bodies of heredocs; they follow each other in the order in which they were opened. */
const skipHeredocs = (lines: readonly string[], start: number, heredocs: readonly Heredoc[]): Body => {
  let next = start
  for (const heredoc of heredocs) {
    const ends = (line: string): boolean => (heredoc.chomp ? line.replace(/^\t+/, '') : line) === heredoc.name
    const length = lines.slice(next).findIndex(ends)
    if (length === -1) return { next: lines.length, open: heredoc }
    next += length + 1
  }
  return { next }
}

/** The strings of an instruction in exec form, `["a", "b"]`; undefined for the shell form. */
export const jsonStrings = (text: string): readonly string[] | undefined => {
  if (!text.trimStart().startsWith('[')) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Whether heredocs count in an instruction; in exec form they are plain text. ONBUILD passes the question on. */
const mayOpenHeredocs = (keyword: string, text: string, argumentsAt: number): boolean => {
  const [inner = ''] = keyword === 'ONBUILD' ? text.slice(argumentsAt).split(/\s/) : [keyword]
  return HEREDOC_KEYWORDS.includes(inner.toUpperCase()) && jsonStrings(text.slice(argumentsAt)) === undefined
}

const readInstruction = (lines: readonly string[], start: number): { instruction: Instruction; next: number } => {
  const { text, pieces, next, open } = joinLines(lines, start)
  const [before = '', word = ''] = /^\s*(\S*)/.exec(text) ?? []
  const { flags, end: argumentsAt } = readFlags(text, before.length)
  const keyword = word.toUpperCase()
  const heredocs = mayOpenHeredocs(keyword, text, argumentsAt) ? heredocsOf(text) : []
  const body = skipHeredocs(lines, next, heredocs)
  const unclosed = open ? 'continuation' : body.open
  const lineRange = { start: start + 1, end: body.next }
  const instruction = { keyword, text, flags, argumentsAt, pieces, heredocs, lines: lineRange }
  return { instruction: { ...instruction, ...(unclosed === undefined ? {} : { open: unclosed }) }, next: body.next }
}

/**
 * Cuts a Dockerfile into lines, parser directives and instructions as BuildKit does (frontend/dockerfile/parser).
 * A byte order mark and carriage returns at line ends are dropped, those within heredocs too.
 */
export const readInstructions = (text: string): Instructions => {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.replace(/\r+$/, ''))
  if (lines.at(-1) === '') lines.pop()
  const instructions: Instruction[] = []
  for (let index = 0; index < lines.length;) {
    const line = lines[index] ?? ''
    if (COMMENT.test(line) || line.trim() === '') {
      index += 1
      continue
    }
    const { instruction, next } = readInstruction(lines, index)
    instructions.push(instruction)
    index = next
  }
  return { lines, directives: readDirectives(lines), instructions }
}

/** The stretch `start` to `end` (exclusive) of an instruction's text, as a token that knows its places in the file. */
export const tokenOf = (instruction: Instruction, start: number, end: number): Token => {
  const spans: readonly Span[] = instruction.pieces.flatMap(({ line, column, offset, length }) => {
    const from = Math.max(start, offset)
    const to = Math.min(end, offset + length)
    return from < to ? [{ line, start: column + from - offset, end: column + to - offset }] : []
  })
  return { text: instruction.text.slice(start, end), spans }
}

/** Where a token begins in the file. */
export const placeOf = (file: string, token: Token): Place => {
  const span = token.spans[0] ?? { line: 1, start: 0 }
  return { file, line: span.line, column: span.start + 1 }
}

/** The words of an instruction's arguments from `from` on, split at blanks. */
export const wordsOf = (instruction: Instruction, from = instruction.argumentsAt): readonly Token[] =>
  [...instruction.text.slice(from).matchAll(/\S+/g)].map(({ 0: word, index }) =>
    tokenOf(instruction, from + index, from + index + word.length),
  )

/** The instruction's keyword as it stands in the file. */
export const keywordToken = (instruction: Instruction): Token => {
  const start = instruction.text.length - instruction.text.trimStart().length
  return tokenOf(instruction, start, start + instruction.keyword.length)
}
