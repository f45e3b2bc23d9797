/** A character of a flag once quotes and escapes are gone, and where it stands in the instruction's text. */
type Char = { readonly char: string; readonly at: number }

/** A word whose characters know where they stand. */
export type Chars = readonly Char[]

/** `--name=value`. A flag without `=` has no value. */
export type Flag = { readonly name: string; readonly value?: Chars }

/** The flags of an instruction. */
export type Flags = {
  readonly flags: readonly Flag[]
  /** Where the words behind the flags begin. */
  readonly end: number
}

/** The text of a word. */
export const textOf = (chars: Chars): string => chars.map(({ char }) => char).join('')

/** Cuts a word at the first `=`; without one there is no value. */
const cut = (chars: Chars): { readonly name: string; readonly value?: Chars } => {
  const equals = chars.findIndex(({ char }) => char === '=')
  if (equals === -1) return { name: textOf(chars) }
  return { name: textOf(chars.slice(0, equals)), value: chars.slice(equals + 1) }
}

/** Reads one word, taking away quotes and backslashes as BuildKit does for flags. */
const readWord = (text: string, start: number): { readonly chars: Chars; readonly end: number } => {
  const chars: Char[] = []
  let quote: string | undefined
  let at = start
  for (; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quote === undefined && /\s/.test(char)) break
    if (char === quote) quote = undefined
    else if (quote === undefined && (char === '"' || char === "'")) quote = char
    else if (char !== '\\') chars.push({ char, at })
    else if (at + 1 < text.length) {
      at += 1
      chars.push({ char: text[at] ?? '', at })
    }
  }
  return { chars, end: at }
}

/** The flags of an instruction: the words from `start` on that begin with `--` (parser/split_command.go). */
export const readFlags = (text: string, start: number): Flags => {
  const flags: Flag[] = []
  let end = start
  for (;;) {
    const word = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0)
    if (!text.startsWith('--', word)) return { flags, end: word }
    const { chars, end: behind } = readWord(text, word)
    end = behind
    if (textOf(chars) === '--') return { flags, end }
    flags.push(cut(chars.slice(2)))
  }
}

/** The fields of a `--mount` value, which is a line of CSV: `type=bind,"from=a"`. */
export const mountFields = (value: Chars): readonly Flag[] => {
  const fields: Char[][] = [[]]
  let quoted = false
  for (const char of value) {
    if (char.char === '"') quoted = !quoted
    else if (char.char === ',' && !quoted) fields.push([])
    else fields.at(-1)?.push(char)
  }
  return fields.map(cut).map(({ name, ...rest }) => ({ name: name.toLowerCase(), ...rest }))
}
