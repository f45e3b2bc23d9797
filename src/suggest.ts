/** Edit distance in which a swap of two neighbours counts once (optimal string alignment). */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost, swap))
    }
  }
  return at(a.length, b.length)
}

/** The name that was probably meant, or undefined when none is close (a third of its letters at most differ). */
export const suggest = (word: string, names: readonly string[]): string | undefined => {
  const near = names
    .map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(name.length / 3)))
  return near.sort((a, b) => a.far - b.far)[0]?.name
}

/** `did you mean "x"?` as the hint of a problem, or no hint. */
export const didYouMean = (word: string, names: readonly string[]): { readonly hint?: string } => {
  const name = suggest(word, names)
  return name === undefined ? {} : { hint: `did you mean ${JSON.stringify(name)}?` }
}
