/** GitHub takes so many characters a comment and refuses a longer one ("Body is too long (maximum is 65536 characters)"). */
export const COMMENT_LIMIT = 65_536

const CUT_NOTE = '_The end of this comment is left out: GitHub takes 65,536 characters at most._'

/**
 * The hidden line that a comment of ours begins with, and by which the next run finds it. The marker tells our comments
 * apart; it may hold names of others, so whatever could end the HTML comment is encoded.
 */
export const renderMarker = (marker: string): string =>
  `<!-- strata:${encodeURIComponent(marker.toWellFormed()).replaceAll('--', '-%2D')} -->`

/** As many whole lines as fit, or the beginning of the first line when not even that one fits. */
const cutAtLineEnd = (text: string, length: number): string => {
  const end = text.lastIndexOf('\n', length)
  return end > 0 ? text.slice(0, end) : text.slice(0, length).replace(/\p{Cs}$/u, '')
}

/** A comment with its marker, not longer than GitHub takes. One that is cut says so at its top, where no fold hides it. */
export const renderComment = (marker: string, body: string): string => {
  const whole = `${renderMarker(marker)}\n${body}`
  // UTF-16 units, of which there are never fewer than characters.
  if (whole.length <= COMMENT_LIMIT) return whole
  const head = `${renderMarker(marker)}\n${CUT_NOTE}\n\n`
  return `${head}${cutAtLineEnd(body, COMMENT_LIMIT - head.length)}`
}
