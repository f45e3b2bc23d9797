/** How much of a vertex's output is kept, in bytes. */
const KEPT = 16 * 1024

/**
 * The end of what a vertex printed, as bytes: a chunk may end within a character. They lie in one piece of memory that
 * is written over, because strings that live for a while cost the garbage collector more than decoding them costs.
 */
export type LogTail = { bytes: Buffer; size: number }

/** A tail of nothing yet. */
export const createLogTail = (): LogTail => ({ bytes: Buffer.alloc(0), size: 0 })

/** Makes room for that many bytes more: twice as much memory, up to a limit, then by letting go of the oldest ones. */
const makeRoom = (tail: LogTail, more: number): void => {
  const { bytes, size } = tail
  const kept = Math.min(size, KEPT)
  const needed = kept + more
  const room = bytes.length >= needed ? bytes : Buffer.alloc(Math.max(needed, Math.min(2 * bytes.length, 2 * KEPT)))
  bytes.copy(room, 0, size - kept, size)
  tail.bytes = room
  tail.size = kept
}

/** Adds a chunk (base64) and lets go of the oldest bytes. Changes the tail in place. */
export const appendLog = (tail: LogTail, data: string): void => {
  // Cut at a multiple of four characters, the rest is base64 in its own right.
  const excess = Math.floor((data.length - (KEPT / 3) * 4) / 4) * 4
  const chunk = excess > 0 ? data.slice(excess) : data
  if (tail.size + chunk.length > tail.bytes.length) makeRoom(tail, chunk.length)
  tail.size += tail.bytes.write(chunk, tail.size, 'base64')
}

/** Forgets everything, but not the memory. Changes the tail in place. */
export const clearLog = (tail: LogTail): void => {
  tail.size = 0
}

/** The text of a tail, at most 16 KiB. */
export const logText = ({ bytes, size }: LogTail): string => bytes.toString('utf8', Math.max(0, size - KEPT), size)
