import { appendLog, clearLog, createLogTail, type LogTail } from './log-tail.ts'
import type { SolveStatus, Vertex, VertexLog, VertexStatus, VertexWarning } from './status.ts'

/** A stretch of time in which a vertex was worked on, or in which its result was taken from the cache. */
export type Interval = {
  readonly started: string
  completed?: string
  cached: boolean
  error?: string
}

/** All that is remembered of one vertex. */
export type VertexFold = {
  readonly digest: string
  /**
   * What happened, in order, by every name the vertex was seen under. Buildx repeats a vertex that several bake targets
   * share once for each target, under a name of its own and with clocks that differ a little.
   */
  readonly names: Map<string, Interval[]>
  /** Bytes that came from a registry, by blob. */
  readonly downloads: Map<string, number>
  /** The end of its output; not there before it prints anything, nor any more when it went well. */
  log: LogTail | undefined
}

/** What a progress stream has said so far. Grows with the number of vertices, not with the length of the stream. */
export type Fold = {
  readonly vertices: Map<string, VertexFold>
  /** What the Dockerfile linter said, each warning once. */
  readonly warnings: Map<string, VertexWarning>
  /** The last lines that were no records: where Buildx says in words why it gave up. */
  trailer: string[]
  /** The vertex that was spoken of last. */
  latest: VertexFold | undefined
  /** Memory of logs that are not needed any more, for those to come. */
  readonly spareLogs: LogTail[]
}

const TRAILER_LINES = 200

/** A fold of nothing yet. */
export const createFold = (): Fold => ({
  vertices: new Map(),
  warnings: new Map(),
  trailer: [],
  latest: undefined,
  spareLogs: [],
})

const vertexOf = (fold: Fold, digest: string): VertexFold => {
  // Records about the same vertex come in runs, and equality is cheaper than a look-up by a string that is new each time.
  if (fold.latest?.digest === digest) return fold.latest
  const known = fold.vertices.get(digest)
  const vertex = known ?? { digest, names: new Map(), downloads: new Map(), log: undefined }
  if (known === undefined) fold.vertices.set(digest, vertex)
  return (fold.latest = vertex)
}

/** Nobody asks for the output of what went well, and thousands of steps have a lot of it. */
const forgetLog = (fold: Fold, vertex: VertexFold): void => {
  if (vertex.log === undefined) return
  clearLog(vertex.log)
  fold.spareLogs.push(vertex.log)
  vertex.log = undefined
}

const applyVertex = (fold: Fold, { digest, name = '', started, completed, cached, error }: Vertex): void => {
  const vertex = vertexOf(fold, digest)
  const { names } = vertex
  const intervals = names.get(name) ?? []
  if (intervals.length === 0) names.set(name, intervals)
  // A vertex is first declared, without any time; an error without one is an interval of no length.
  const start = started ?? completed ?? (error === undefined ? undefined : '')
  if (start === undefined) return
  let interval = intervals.findLast((candidate) => candidate.started === start)
  if (interval === undefined) intervals.push((interval = { started: start, cached: false }))
  if (completed !== undefined) interval.completed = completed
  if (error !== undefined && error !== '') interval.error = error
  interval.cached ||= cached === true
  if (completed !== undefined && interval.error === undefined) forgetLog(fold, vertex)
}

const applyProgress = (fold: Fold, { id, vertex, current }: VertexStatus): void => {
  if (!id.startsWith('sha256:')) return
  const { downloads } = vertexOf(fold, vertex)
  if (current > (downloads.get(id) ?? -1)) downloads.set(id, current)
}

// The source and the LLB that come with a warning are most of its size, and nobody asks for them.
const applyWarning = (
  fold: Fold,
  { vertex, level = 0, short, detail = [], url, sourceInfo, range = [] }: VertexWarning,
): void => {
  const key = [vertex, short, sourceInfo?.filename, range[0]?.start.line].join('\n')
  if (fold.warnings.has(key)) return
  const source = sourceInfo === undefined ? {} : { sourceInfo: { filename: sourceInfo.filename } }
  fold.warnings.set(key, { vertex, level, short, detail, range, ...(url === undefined ? {} : { url }), ...source })
}

const applyLog = (fold: Fold, { vertex, data }: VertexLog): void => {
  const told = vertexOf(fold, vertex)
  told.log ??= fold.spareLogs.pop() ?? createLogTail()
  appendLog(told.log, data)
}

/** Takes in one record. Changes the fold in place: streams of 200 MB are folded while a build waits. */
export const applyStatus = (fold: Fold, { vertexes, statuses, logs, warnings }: SolveStatus): void => {
  if (vertexes !== undefined) for (const vertex of vertexes) applyVertex(fold, vertex)
  if (statuses !== undefined) for (const status of statuses) applyProgress(fold, status)
  if (logs !== undefined) for (const log of logs) applyLog(fold, log)
  if (warnings !== undefined) for (const warning of warnings) applyWarning(fold, warning)
}

/** Takes in one line that is no record. Changes the fold in place. */
export const applyText = (fold: Fold, line: string): void => {
  fold.trailer.push(line)
  if (fold.trailer.length > 2 * TRAILER_LINES) fold.trailer = fold.trailer.slice(-TRAILER_LINES)
}
