import type { SolveStatus } from './status.ts'

/*
 * The two records that a long stream is made of, told apart by their form: Go writes JSON without blanks and fields in the
 * order of their declaration (moby/buildkit client/graph.go). Reading them by it takes half the time that JSON.parse does.
 */

/** A string that needs no decoding. */
const PLAIN = String.raw`"([^"\\\x00-\x1f]*)"`
const NUMBER = String.raw`(\d{1,15})`

const optional = (field: string, value: string): string => `(?:,"${field}":${value})?`

/** One piece of output and nothing else. */
const OUTPUT = new RegExp(
  String.raw`^\{"logs":\[\{"vertex":${PLAIN},"stream":${NUMBER},"data":${PLAIN},"timestamp":${PLAIN}\}\]\}$`,
)

/** The progress of one piece of work and nothing else. */
const PROGRESS = new RegExp(
  String.raw`^\{"statuses":\[\{"id":${PLAIN},"vertex":${PLAIN}` +
    [optional('name', PLAIN), optional('total', NUMBER), `,"current":${NUMBER},"timestamp":${PLAIN}`].join('') +
    String.raw`${optional('started', PLAIN)}${optional('completed', PLAIN)}\}\]\}$`,
)

const parseOutput = (text: string): SolveStatus | undefined => {
  const [, vertex, stream, data, timestamp] = OUTPUT.exec(text) ?? []
  if (vertex === undefined || data === undefined || timestamp === undefined) return undefined
  return { logs: [{ vertex, stream: Number(stream), data, timestamp }] }
}

const parseProgress = (text: string): SolveStatus | undefined => {
  const [, id, vertex, , , current, timestamp] = PROGRESS.exec(text) ?? []
  if (id === undefined || vertex === undefined || timestamp === undefined) return undefined
  return { statuses: [{ id, vertex, current: Number(current), timestamp }] }
}

/**
 * Reads a record that is one piece of output, or the progress of one piece of work, of which it tells no more than is
 * always there. Undefined for all others, and for one that is not written exactly as BuildKit writes it.
 */
export const parseFrequent = (text: string): SolveStatus | undefined =>
  text.startsWith('{"l') ? parseOutput(text) : text.startsWith('{"s') ? parseProgress(text) : undefined
