/** Control and format characters, which hide or reorder text. Joiners stay, since scripts and emoji need them. */
export const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const JOINERS = '\u200c\u200d'

const codePoint = (character: string): string => (character.codePointAt(0) ?? 0).toString(16)

/** An invisible character as an escape that can be seen: `\u{202e}`. A joiner stays as it is. */
export const showInvisible = (character: string): string =>
  JOINERS.includes(character) ? character : `\\u{${codePoint(character)}}`

/** Text in which nothing is invisible and no half of a character stands alone. */
export const showText = (text: string): string => text.toWellFormed().replaceAll(INVISIBLE, showInvisible)
