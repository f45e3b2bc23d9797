import type { Chars } from '../fragment/flags.ts'

/** A command of a shell script, as far as it can be told without running it. */
export type Command = {
  /** Its words without quotes; what `$(…)` and `${…}` stand for is not known, so they stay as written. */
  readonly words: readonly Chars[]
  /** Files it reads and writes by `<` and `>`. */
  readonly inputs: readonly Chars[]
  readonly outputs: readonly Chars[]
}

/** Substitutions within each other that are looked into; deeper ones are plain text. */
const MAX_DEPTH = 20

/** The state of one pass over a script. Each read moves `at` on, so every script comes to an end. */
type Lexer = {
  readonly chars: Chars
  at: number
  readonly end: number
  readonly depth: number
  readonly commands: Command[]
}

type Draft = { words: Chars[]; inputs: Chars[]; outputs: Chars[] }

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\r'

const peek = (lexer: Lexer, ahead = 0): string =>
  lexer.at + ahead < lexer.end ? (lexer.chars[lexer.at + ahead]?.char ?? '') : ''

/** The index behind the bracket that closes the one before `from`; quotes and escapes hide brackets. */
const behindClosing = ({ chars, end }: Lexer, from: number, open: string, close: string): number => {
  let depth = 1
  let quote = ''
  for (let at = from; at < end; at++) {
    const char = chars[at]?.char ?? ''
    if (char === '\\' && quote !== "'") at += 1
    else if (quote !== '') quote = char === quote ? '' : quote
    else if (char === "'" || char === '"') quote = char
    else if (char === open) depth += 1
    else if (char === close && --depth === 0) return at + 1
  }
  return end
}

/** Takes what stands between `lexer.at` and `until` into the word, and reads the commands in `from` to `to`. */
const takeNested = (lexer: Lexer, word: Chars[number][], from: number, to: number, until: number): void => {
  if (lexer.depth < MAX_DEPTH && to > from) {
    lexer.commands.push(...readCommands(lexer.chars.slice(from, to), lexer.depth + 1))
  }
  for (; lexer.at < until; lexer.at++) {
    const char = lexer.chars[lexer.at]
    if (char !== undefined) word.push(char)
  }
}

/** `$NAME`, `${…}`, `$(…)`, `$((…))`, or a dollar sign. */
const readDollar = (lexer: Lexer, word: Chars[number][]): void => {
  const next = peek(lexer, 1)
  const from = lexer.at + 2
  if (next === '{') takeNested(lexer, word, 0, 0, behindClosing(lexer, from, '{', '}'))
  else if (next === '(') {
    const until = behindClosing(lexer, from, '(', ')')
    const isArithmetic = peek(lexer, 2) === '('
    takeNested(lexer, word, isArithmetic ? 0 : from, isArithmetic ? 0 : until - 1, until)
  } else takeNested(lexer, word, 0, 0, lexer.at + 1)
}

const readBackticks = (lexer: Lexer, word: Chars[number][]): void => {
  let close = lexer.at + 1
  while (close < lexer.end && lexer.chars[close]?.char !== '`') close += lexer.chars[close]?.char === '\\' ? 2 : 1
  takeNested(lexer, word, lexer.at + 1, Math.min(close, lexer.end), Math.min(close + 1, lexer.end))
}

const take = (lexer: Lexer, word: Chars[number][]): void => {
  const char = lexer.chars[lexer.at]
  if (char !== undefined && lexer.at < lexer.end) word.push(char)
  lexer.at += 1
}

const readDoubleQuoted = (lexer: Lexer, word: Chars[number][]): void => {
  lexer.at += 1
  while (lexer.at < lexer.end) {
    const char = peek(lexer)
    if (char === '"') break
    if (char === '$') readDollar(lexer, word)
    else if (char === '`') readBackticks(lexer, word)
    else if (char === '\\') {
      const escaped = peek(lexer, 1)
      if ('"\\$`\n'.includes(escaped)) lexer.at += 1
      if (escaped === '\n') lexer.at += 1
      else take(lexer, word)
    } else take(lexer, word)
  }
  lexer.at += 1
}

/** One word, up to a blank or an operator. */
const readWord = (lexer: Lexer): Chars => {
  const word: Chars[number][] = []
  while (lexer.at < lexer.end) {
    const char = peek(lexer)
    if (isBlank(char) || '\n;&|()<>'.includes(char)) break
    if (char === "'") {
      lexer.at += 1
      while (lexer.at < lexer.end && peek(lexer) !== "'") take(lexer, word)
      lexer.at += 1
    } else if (char === '"') readDoubleQuoted(lexer, word)
    else if (char === '$') readDollar(lexer, word)
    else if (char === '`') readBackticks(lexer, word)
    else if (char === '\\') {
      lexer.at += 1
      if (peek(lexer) === '\n') lexer.at += 1
      else take(lexer, word)
    } else take(lexer, word)
  }
  return word
}

const skipBlanks = (lexer: Lexer): void => {
  while (lexer.at < lexer.end) {
    if (isBlank(peek(lexer))) lexer.at += 1
    else if (peek(lexer) === '\\' && peek(lexer, 1) === '\n') lexer.at += 2
    else return
  }
}

/** A redirection, whose operator stands at `lexer.at`; the name of a heredoc is put on the list. */
const readRedirection = (lexer: Lexer, draft: Draft, heredocs: string[]): void => {
  let operator = ''
  while (lexer.at < lexer.end && '<>&-|'.includes(peek(lexer)) && operator.length < 3) {
    if (peek(lexer) === '-' && operator !== '<<') break
    operator += peek(lexer)
    lexer.at += 1
  }
  skipBlanks(lexer)
  const target = readWord(lexer)
  if (operator === '<<' || operator === '<<-') heredocs.push(target.map(({ char }) => char).join(''))
  else if (operator === '<') draft.inputs.push(target)
  else if (operator.startsWith('>') || operator.startsWith('&>')) draft.outputs.push(target)
}

const readLine = (lexer: Lexer): string => {
  let line = ''
  while (lexer.at < lexer.end && peek(lexer) !== '\n') {
    line += peek(lexer)
    lexer.at += 1
  }
  lexer.at += 1
  return line
}

/** Leaves out the bodies of heredocs, each up to its closing line. */
const skipHeredocs = (lexer: Lexer, heredocs: readonly string[]): void => {
  for (const name of heredocs) while (lexer.at < lexer.end && readLine(lexer).replace(/^\t+/, '') !== name);
}

const newDraft = (): Draft => ({ words: [], inputs: [], outputs: [] })

/** A word or a redirection of the command at hand. */
const readPart = (lexer: Lexer, draft: Draft, heredocs: string[]): void => {
  const char = peek(lexer)
  if (char === '<' || char === '>' || (char === '&' && peek(lexer, 1) === '>')) {
    readRedirection(lexer, draft, heredocs)
    return
  }
  const start = lexer.at
  const word = readWord(lexer)
  // A number right before an angle bracket is a file descriptor.
  const isDescriptor = '<>'.includes(peek(lexer) || ' ') && word.every(({ char: digit }) => /\d/.test(digit))
  if (word.length > 0 && !isDescriptor) draft.words.push(word)
  if (lexer.at === start) lexer.at += 1
}

/**
 * Cuts a shell script into its commands, those within `$(…)` first: pipes, lists, quotes, redirections, heredocs,
 * comments, continued lines. Reserved words (`if`, `do`, `{`) stand as words of the command that follows them. It runs
 * nothing and follows no branch; text that no shell takes makes some commands all the same.
 */
export const readCommands = (chars: Chars, depth = 0): readonly Command[] => {
  const lexer: Lexer = { chars, at: 0, end: chars.length, depth, commands: [] }
  let draft = newDraft()
  let heredocs: string[] = []
  const finish = (): void => {
    if (draft.words.length + draft.inputs.length + draft.outputs.length > 0) lexer.commands.push(draft)
    draft = newDraft()
  }
  while (lexer.at < lexer.end) {
    skipBlanks(lexer)
    const char = peek(lexer)
    if (char === '\n') {
      finish()
      lexer.at += 1
      skipHeredocs(lexer, heredocs)
      heredocs = []
    } else if (char === '#') while (lexer.at < lexer.end && peek(lexer) !== '\n') lexer.at += 1
    else if (char !== '' && ';|()'.includes(char)) {
      finish()
      lexer.at += 1
    } else if (char === '&' && peek(lexer, 1) !== '>') {
      finish()
      lexer.at += 1
    } else readPart(lexer, draft, heredocs)
  }
  finish()
  return lexer.commands
}
