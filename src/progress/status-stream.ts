import { StringDecoder } from 'node:string_decoder'
import { parseStatus } from './parse-status.ts'
import type { SolveStatus } from './status.ts'

/** Takes what a {@link StatusStream} finds, in the order of the stream. */
export type StatusSink = {
  readonly status: (status: SolveStatus) => void
  /** A line that is no record: the error that Buildx prints at the end, or a warning of its own. */
  readonly text: (line: string) => void
}

/** A decoder of one stream; it holds the unfinished line. */
export type StatusStream = {
  readonly write: (chunk: Uint8Array) => void
  /** Says that nothing follows; the last line need not end in a line feed. */
  readonly end: () => void
}

/**
 * Splits lines off a stream of chunks, however long a line is: one warning carries a whole Dockerfile and its LLB.
 * Only what is new is searched for line feeds, so that a long line costs no more than its length.
 */
const createLineSplitter = (line: (text: string) => void): StatusStream => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string): void => {
    let from = 0
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      line(rest + text.slice(from, to))
      rest = ''
      from = to + 1
    }
    rest += text.slice(from)
  }
  return {
    write: (chunk) => {
      take(decoder.write(chunk))
    },
    end: () => {
      take(decoder.end())
      if (rest !== '') line(rest)
      rest = ''
    },
  }
}

/**
 * Decodes the standard error of `buildx … --progress=rawjson`, chunk by chunk. Buildx writes one record a line; 0.13
 * and its neighbours indent them, so a line that is nothing but `{` opens a record that the next `}` in the first
 * column closes. Both forms are accepted anywhere, as is text between them.
 */
export const createStatusStream = (sink: StatusSink): StatusStream => {
  let open: string[] = []
  const flush = (): void => {
    if (open.length === 0) return
    open.forEach(sink.text)
    open = []
  }
  const close = (): void => {
    const status = parseStatus(open.join('\n'))
    if (status === undefined) flush()
    else sink.status(status)
    open = []
  }
  const single = (line: string): void => {
    const status = parseStatus(line)
    if (status !== undefined) sink.status(status)
    else if (line === '{') open.push(line)
    else if (line !== '') sink.text(line)
  }
  const splitter = createLineSplitter((raw) => {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const inside = open.length > 0 && /^[ \t}]/.test(line)
    // Within an indented record every line is indented, so what was open was no record after all.
    if (!inside) flush()
    if (inside) open.push(line)
    else single(line)
    if (inside && line === '}') close()
  })
  return {
    write: splitter.write,
    end: () => {
      splitter.end()
      flush()
    },
  }
}
