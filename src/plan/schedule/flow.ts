/** Connected work of a wave, which one leg builds; and what only that leg can go on with in that wave, in ms. */
export type Part = { readonly ms: number; readonly behind: number }

/**
 * How far work has come, in ms, as if all but the parts of waves could be divided at will. While a wave runs, a leg can go
 * on with what is behind its own parts, and any leg with what is behind those of earlier waves, or behind none.
 */
export type Flow = {
  /** From the first start to the end of the last wave. */
  readonly time: number
  /** Work that is not done yet. */
  readonly left: number
  /** Of it, what any leg can take ahead. */
  readonly ready: number
}

/** One wave more, as long as its parts need. To let it run longer would gain nothing: no more gets done for each ms. */
export const runWave = ({ time, left, ready }: Flow, parts: readonly Part[], legs: number, startMs: number): Flow => {
  let [total, longest, behind] = [0, 0, 0]
  for (const part of parts) {
    total += part.ms
    behind += part.behind
    longest = Math.max(longest, part.ms)
  }
  const ms = Math.max(longest, total / legs)
  let own = 0
  for (const part of parts) own += Math.min(ms - part.ms, part.behind)
  own = Math.min(own, legs * ms - total)
  const taken = Math.min(ready, legs * ms - total - own)
  return { time: time + startMs + ms, left: left - total - own - taken, ready: ready + behind - own - taken }
}
