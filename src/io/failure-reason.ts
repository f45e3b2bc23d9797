/** First line of what went wrong; the further ones of the toolkit's clients are general advice. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1).join().trim()
