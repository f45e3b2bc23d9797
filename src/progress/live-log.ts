import { isDecisive, sightingsOf, type Sighting } from './attribute.ts'
import { renderDuration } from './duration.ts'
import type { Fold } from './fold.ts'
import { renderLine } from './line.ts'
import { durationOf, isCanceled, lastError, outcomeOf } from './outcome.ts'
import { plainLine } from './plain-text.ts'
import type { SolveStatus, Vertex } from './status.ts'
import { createStepIndex, type BakeTarget, type StepIndex } from './step-index.ts'

/** What a live log needs to know beforehand. */
export type LiveLogOptions = {
  readonly targets: readonly BakeTarget[]
  /** What people call a target: `amd64 llm_factory`. */
  readonly label: (target: string) => string
  /** Whether vertex names carry the target's name; by default, when there are several. */
  readonly prefixed?: boolean
  /** Characters a line may have; 120 by default. */
  readonly width?: number
  /** Time between two signs of life of a step, ms; a minute by default. */
  readonly heartBeatMs?: number
}

/** The state of a live log: which fold it watches, and what it has said already. */
export type LiveLog = {
  readonly fold: Fold
  readonly index: StepIndex
  readonly options: Required<LiveLogOptions>
  /** Targets by their place in the bake call. */
  readonly order: ReadonlyMap<string, number>
  readonly said: Set<string>
  /** Vertices that have started, ms since the epoch, and how often it was said that they still run. */
  readonly running: Map<string, { readonly since: number; beats: number }>
  /** Vertices by target, stage and index: `COPY --link` has two. */
  readonly parts: Map<string, Set<string>>
}

/** A live log of what is going to be folded into `fold`. */
export const createLiveLog = (fold: Fold, options: LiveLogOptions): LiveLog => {
  const prefixed = options.prefixed ?? options.targets.length > 1
  return {
    fold,
    index: createStepIndex(options.targets, prefixed),
    options: { width: 120, heartBeatMs: 60_000, ...options, prefixed },
    order: new Map(options.targets.map(({ target }, place) => [target, place])),
    said: new Set(),
    running: new Map(),
    parts: new Map(),
  }
}

/** A line about a vertex, in the name of the first target of the bake call that needs it. */
const say = ({ options, order }: LiveLog, sightings: readonly Sighting[], outcome: string): string => {
  const sorted = sightings.toSorted((a, b) => (order.get(a.target) ?? 0) - (order.get(b.target) ?? 0))
  return renderLine(sorted, outcome, options)
}

const partKey = (sighting: Pick<Sighting, 'name' | 'target'>): string | undefined =>
  sighting.name.kind === 'step' ? `${sighting.target} ${sighting.name.stage} ${sighting.name.index}` : undefined

const notePart = ({ index, parts }: LiveLog, { digest, name = '' }: Vertex): void => {
  const { name: parsed, target } = index.locate(name)
  const key = target === undefined ? undefined : partKey({ name: parsed, target })
  if (key !== undefined) parts.set(key, (parts.get(key) ?? new Set()).add(digest))
}

/** Execution time of all vertices of a step, as the target of this sighting saw them, ms. */
const spentOn = ({ fold, parts, index }: LiveLog, sightings: readonly Sighting[], seen: Sighting): number => {
  const key = partKey(seen)
  const others = new Set(key === undefined ? [] : parts.get(key))
  others.delete(seen.vertex.digest)
  const other = [...others].flatMap((digest) => fold.vertices.get(digest) ?? [])
  return [...sightings, ...other.flatMap((vertex) => sightingsOf(vertex, index))]
    .filter(({ target }) => target === seen.target)
    .reduce((sum, { intervals }) => sum + durationOf(intervals), 0)
}

/** What people are told about an error: the word on the right, and a line of its own where the word is not enough. */
const errorLines = (log: LiveLog, sightings: readonly Sighting[], seen: Sighting, error: string): readonly string[] => {
  // A ref that is not there yet is how every cache begins.
  if (seen.name.kind === 'import' && error.endsWith('not found')) return [say(log, sightings, 'not found')]
  const exitCode = /exit code: (\d+)/.exec(error)?.[1]
  if (exitCode !== undefined) return [say(log, sightings, `FAILED exit code ${exitCode}`)]
  return [say(log, sightings, isDecisive(seen) ? 'FAILED' : 'unavailable'), `  ${plainLine(error)}`]
}

const finishedLines = (log: LiveLog, sightings: readonly Sighting[], seen: Sighting): readonly string[] => {
  const error = lastError(seen.intervals)
  const kind = seen.name.kind
  if (error !== undefined && !isCanceled(error)) return errorLines(log, sightings, seen, error)
  if (kind !== 'step' && kind !== 'import' && kind !== 'export') return []
  // Stages that only gather files or results are ours, not the user's; ONBUILD of a base image is the user's.
  if (seen.name.kind === 'step' && seen.step === undefined && !seen.name.onbuild) return []
  if (error !== undefined) return [say(log, sightings, 'canceled')]
  const outcome = outcomeOf(seen.intervals) === 'hit' ? 'CACHED' : renderDuration(spentOn(log, sightings, seen))
  return [say(log, sightings, outcome)]
}

const NO_LINES: readonly string[] = []

const vertexLines = (log: LiveLog, event: Vertex): readonly string[] => {
  const { digest, name = '', started, completed, cached, error = '', progressGroup } = event
  if (completed === undefined) {
    if (started !== undefined && !log.running.has(digest))
      log.running.set(digest, { since: Date.parse(started), beats: 0 })
    return []
  }
  log.running.delete(digest)
  // A target that was stopped sees `canceled` where another one sees the failure: neither may hide the other.
  const key = error !== '' && isCanceled(error) ? `${digest} canceled` : digest
  if (log.said.has(key)) return []
  notePart(log, event)
  const vertex = log.fold.vertices.get(digest)
  // A result that could not be loaded is made anew, and the copy half of COPY --link waits for the merge.
  const premature = error === '' ? progressGroup?.weak === true : cached === true
  if (vertex === undefined || premature) return []
  const sightings = sightingsOf(vertex, log.index)
  const seen = sightings.find(({ intervals }) => intervals === vertex.names.get(name))
  if (seen === undefined) return []
  log.said.add(key)
  return finishedLines(log, sightings, seen)
}

/**
 * What there is to say about one record, which must have been applied to the fold before: a line for every step, import
 * and export that finished. A step that several targets share is said once.
 */
export const liveLines = (log: LiveLog, { vertexes }: SolveStatus): readonly string[] =>
  vertexes === undefined ? NO_LINES : vertexes.flatMap((vertex) => vertexLines(log, vertex))

/**
 * Signs of life of what has been running for long. `now` is in ms since the epoch, of the same clock as the stream:
 * Buildx shifts BuildKit's times to its own. To be called by a timer, because a step that hangs makes no records.
 */
export const heartBeats = (log: LiveLog, now: number): readonly string[] =>
  [...log.running].flatMap(([digest, run]) => {
    const vertex = log.fold.vertices.get(digest)
    const beats = Math.floor((now - run.since) / log.options.heartBeatMs)
    if (vertex === undefined || beats <= run.beats) return []
    run.beats = beats
    const doing = log.said.has(digest) ? 'loading' : 'running'
    return [say(log, sightingsOf(vertex, log.index), `… still ${doing} ${renderDuration(now - run.since)}`)]
  })
