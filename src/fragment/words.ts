/** What a variable stands for: a value, nothing (`unset`), or its own text, to be expanded later (`keep`). */
export type Variable = { readonly value: string } | 'unset' | 'keep'

/** A word that BuildKit could not expand either, or that is not worth expanding here. The message says why. */
export class WordError extends Error {
  override readonly name = 'WordError'
}

type Lexer = {
  readonly lookup: (name: string) => Variable
  /** Whether quotes and backslashes stay in the result. */
  readonly raw: boolean
}

type Cursor = { readonly text: string; at: number }

type Lexed = { readonly text: string; readonly words: readonly string[] }

const SPACE = /\s/
const NAME = /[@*#?\-$!]|\d+|[\p{L}_][\p{L}\p{Nd}_]*/uy
const MODIFIERS: readonly string[] = ['-', '+', '?', '#', '%']

const readName = (cursor: Cursor): string => {
  NAME.lastIndex = cursor.at
  const name = NAME.exec(cursor.text)?.[0] ?? ''
  cursor.at += name.length
  return name
}

const readSingleQuoted = (cursor: Cursor, { raw }: Lexer): string => {
  const end = cursor.text.indexOf("'", cursor.at + 1)
  if (end === -1) throw new WordError('a single quote is not closed')
  const quoted = cursor.text.slice(cursor.at + (raw ? 0 : 1), end + (raw ? 1 : 0))
  cursor.at = end + 1
  return quoted
}

const readDoubleQuoted = (cursor: Cursor, lexer: Lexer): string => {
  let result = lexer.raw ? '"' : ''
  cursor.at += 1
  for (;;) {
    const char = cursor.text[cursor.at]
    if (char === undefined) throw new WordError('a double quote is not closed')
    if (char === '$') {
      result += readVariable(cursor, lexer)
      continue
    }
    cursor.at += 1
    if (char === '"') return lexer.raw ? `${result}"` : result
    const next = cursor.text[cursor.at]
    const escapes = char === '\\' && (next === '"' || next === '$' || next === '\\')
    result += escapes ? (lexer.raw ? `\\${next}` : next) : char
    if (escapes) cursor.at += 1
  }
}

/** `${name<modifier>word}` of a variable whose value is known. */
const applyModifier = (name: string, modifier: string, word: string, variable: Exclude<Variable, 'keep'>): string => {
  const value = variable === 'unset' ? undefined : variable.value
  const present = value !== undefined && !(modifier.startsWith(':') && value === '')
  if (modifier.endsWith('-')) return present ? value : word
  if (modifier.endsWith('+')) return present ? word : ''
  if (modifier.endsWith('?') && present) return value
  if (modifier.endsWith('?')) throw new WordError(`${name} has no value: ${word === '' ? 'it must be set' : word}`)
  throw new WordError(`\${${name}${modifier}${word}} cuts a pattern out of ${name}`)
}

const readBraced = (cursor: Cursor, lexer: Lexer): string => {
  cursor.at += 1
  const name = readName(cursor)
  if (name === '') throw new WordError('${ is not followed by a name')
  const variable = lexer.lookup(name)
  const colon = cursor.text[cursor.at] === ':' ? ':' : ''
  const operator = cursor.text[cursor.at + colon.length] ?? ''
  cursor.at += colon.length + 1
  if (operator === '}' && colon === '') {
    return variable === 'keep' ? `\${${name}}` : variable === 'unset' ? '' : variable.value
  }
  const modifier = colon + operator
  const replaces = modifier === '/'
  if (!replaces && !MODIFIERS.includes(operator)) throw new WordError(`\${${name}${modifier} is not a substitution`)
  const word = lexUntil('}', cursor, lexer).text
  return variable === 'keep' || replaces
    ? keepPattern(name, modifier, word, variable)
    : applyModifier(name, modifier, word, variable)
}

const keepPattern = (name: string, modifier: string, word: string, variable: Variable): string => {
  if (variable === 'keep') return `\${${name}${modifier}${word}}`
  throw new WordError(`\${${name}${modifier}${word}} replaces a pattern in ${name}`)
}

const readVariable = (cursor: Cursor, lexer: Lexer): string => {
  cursor.at += 1
  if (cursor.text[cursor.at] === '{') return readBraced(cursor, lexer)
  const name = readName(cursor)
  if (name === '') return '$'
  const variable = lexer.lookup(name)
  return variable === 'keep' ? `$${name}` : variable === 'unset' ? '' : variable.value
}

/** `<<` and the blanks behind it are one piece, so that `<< EOF` is one word. */
const readAngles = (cursor: Cursor): string => {
  const angles = /^<(<[\t\r ]*)?/.exec(cursor.text.slice(cursor.at))?.[0] ?? '<'
  cursor.at += angles.length
  return angles
}

const readEscaped = (cursor: Cursor, { raw }: Lexer): string => {
  const escaped = cursor.text[cursor.at + 1] ?? ''
  cursor.at += 2
  return raw ? `\\${escaped}` : escaped
}

const readPiece = (cursor: Cursor, lexer: Lexer): string => {
  const char = cursor.text[cursor.at] ?? ''
  if (char === '$') return readVariable(cursor, lexer)
  if (char === '<') return readAngles(cursor)
  if (char === "'") return readSingleQuoted(cursor, lexer)
  if (char === '"') return readDoubleQuoted(cursor, lexer)
  if (char === '\\') return readEscaped(cursor, lexer)
  cursor.at += 1
  return char
}

const lexUntil = (stop: string | undefined, cursor: Cursor, lexer: Lexer): Lexed => {
  let text = ''
  const words: string[] = ['']
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at] ?? ''
    if (char === stop) {
      cursor.at += 1
      return { text, words: words.filter((word) => word !== '') }
    }
    const piece = readPiece(cursor, lexer)
    text += piece
    // Blanks split words where they stand bare, or come out of a variable that is not quoted.
    const parts = SPACE.test(char) ? ['', ''] : char === '$' ? piece.split(SPACE) : [piece]
    words.push(`${words.pop() ?? ''}${parts[0] ?? ''}`, ...parts.slice(1))
  }
  if (stop !== undefined) throw new WordError(`${stop} is missing`)
  return { text, words: words.filter((word) => word !== '') }
}

/**
 * Expands the variables of a word and removes its quotes and escapes, as BuildKit does for FROM lines and the
 * defaults of ARGs (frontend/dockerfile/shell/lex.go). Throws {@link WordError}, also for `${NAME%pattern}` and its
 * relatives, which are not evaluated here.
 */
export const expandWord = (text: string, lookup: (name: string) => Variable): string =>
  lexUntil(undefined, { text, at: 0 }, { lookup, raw: false }).text

/** Why a word cannot be expanded whatever the values of its variables are; undefined when it can. */
export const findWordError = (text: string): WordError | undefined => {
  try {
    expandWord(text, () => ({ value: 'x' }))
    return undefined
  } catch (error) {
    if (error instanceof WordError) return error
    throw error
  }
}

/** The words of a text with variables as written; none when a quote or a brace is not closed. */
const wordsIn = (text: string, raw: boolean): readonly string[] => {
  try {
    return lexUntil(undefined, { text, at: 0 }, { lookup: () => 'keep', raw }).words
  } catch (error) {
    if (error instanceof WordError) return []
    throw error
  }
}

/** A heredoc: its closing line, before which tabs are dropped when it chomps (`<<-`). */
export type Heredoc = { readonly name: string; readonly chomp: boolean }

const HEREDOC = /^\d*<<(-?)\s*([^<]+)$/

/** The heredoc that a word of an instruction opens: `<<EOF`, `3<<-"EOF"` (parser.go, `ParseHeredoc`). */
export const heredocOf = (word: string): Heredoc | undefined => {
  const [, dash, rest] = HEREDOC.exec(word) ?? []
  if (rest === undefined) return undefined
  const [name, ...more] = wordsIn(rest, false)
  return name === undefined || more.length > 0 ? undefined : { name, chomp: dash === '-' }
}

/** The heredocs that a RUN, COPY or ADD opens, in order. Quoted text opens none: `sh -c 'cat <<EOF'`. */
export const heredocsOf = (text: string): readonly Heredoc[] =>
  text.includes('<<') ? wordsIn(text, true).flatMap((word) => heredocOf(word) ?? []) : []
