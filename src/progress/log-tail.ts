/** How much of a vertex's output is kept, in bytes of base64: 16 KiB of text. */
const LIMIT = Math.ceil((16 * 1024) / 3) * 4

/**
 * The end of what a vertex printed, still as the base64 chunks it came in: decoding is left to whoever wants to see it,
 * and most output is never looked at.
 */
export type LogTail = {
  chunks: string[]
  /** Chunks before this index are dropped already. */
  first: number
  size: number
}

/** A tail of nothing yet. */
export const createLogTail = (): LogTail => ({ chunks: [], first: 0, size: 0 })

/** Adds a chunk (base64) and lets go of the oldest ones. Changes the tail in place. */
export const appendLog = (tail: LogTail, data: string): void => {
  // Cut at a multiple of four characters, the rest is base64 in its own right.
  const chunk = data.length > LIMIT ? data.slice(4 * Math.ceil((data.length - LIMIT) / 4)) : data
  tail.chunks.push(chunk)
  tail.size += chunk.length
  while (tail.size - (tail.chunks[tail.first]?.length ?? 0) >= LIMIT) {
    tail.size -= tail.chunks[tail.first]?.length ?? 0
    tail.chunks[tail.first] = ''
    tail.first++
  }
  if (tail.first > 64 && tail.first * 2 > tail.chunks.length) {
    tail.chunks = tail.chunks.slice(tail.first)
    tail.first = 0
  }
}

/** The text of a tail, at most about 16 KiB. Bytes are joined before they are decoded: a chunk may end within a character. */
export const logText = (tail: LogTail): string =>
  Buffer.concat(tail.chunks.slice(tail.first).map((chunk) => Buffer.from(chunk, 'base64'))).toString('utf8')
