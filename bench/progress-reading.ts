import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { literalIo } from '../__tests__/support/io.ts'
import { followProgress, type FollowedTarget } from '../src/commands/building/follow-progress.ts'
import { createFold } from '../src/progress/fold.ts'

/** What a pipe of Linux holds, bytes. */
const PIPE_BYTES = 64 * 1024

/** Hands on a file in the chunks in which a pipe gives it. */
const readChunks = (file: string, take: (chunk: Buffer) => void): void => {
  const handle = openSync(file, 'r')
  for (;;) {
    const chunk = Buffer.allocUnsafeSlow(PIPE_BYTES)
    const size = readSync(handle, chunk)
    if (size === 0) break
    take(chunk.subarray(0, size))
  }
  closeSync(handle)
}

/** Parses every line of a file and does nothing with it. Returns how many lines there are. */
export const parseLines = (file: string): number => {
  const decoder = new StringDecoder('utf8')
  let [rest, count] = ['', 0]
  readChunks(file, (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) JSON.parse(line)
    count += lines.length
  })
  return count
}

/** Folds a file as a build folds its progress, live log included. Returns how many lines the log has. */
export const foldFile = (file: string, targets: readonly FollowedTarget[]): number => {
  let count = 0
  const { io } = literalIo(new Map())
  const actions = {
    ...io.actions,
    info: () => {
      count++
    },
  }
  const clock = { ...io.clock, every: () => () => undefined }
  const stream = followProgress(targets, createFold(), { ...io, actions, clock })
  readChunks(file, stream.write)
  stream.end()
  return count
}
