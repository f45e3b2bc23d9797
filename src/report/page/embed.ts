/** What a parser of HTML could take for markup, what a JavaScript parser takes for a line's end, and what hides text. */
const DANGEROUS = /[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const escapeUnits = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')

/**
 * A value as JSON on one line for a `<script type="application/json">` of a page. Inside a string, JSON reads an escape as
 * the character itself, and outside strings none of these is there: nothing can end the element (HTML, "Restrictions for
 * contents of script elements"), and whoever reads the source sees all that is there.
 */
export const embedJson = (value: unknown): string => JSON.stringify(value).replaceAll(DANGEROUS, escapeUnits)
