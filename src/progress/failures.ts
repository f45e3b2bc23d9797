import type { StitchedStep } from '../render/stitched.ts'
import { isDecisive, sightingsOf } from './attribute.ts'
import type { Fold, VertexFold } from './fold.ts'
import { logText } from './log-tail.ts'
import { isCanceled, lastError } from './outcome.ts'
import { plainTail } from './plain-text.ts'
import { createStepIndex, type BakeTarget, type StepIndex } from './step-index.ts'

/** Something that failed by itself, not because something else had failed. */
export type Failure = {
  /** Not there when no step failed: an image that cannot be resolved, a push, a Dockerfile that cannot be read. */
  readonly step: StitchedStep | undefined
  /** Every target that needs what failed, in the order of the bake call. All of them, when no target can be told. */
  readonly targets: readonly string[]
  /** As BuildKit words it; may hold values of arguments. */
  readonly error: string
  /** The last lines the step printed, as plain text. */
  readonly logTail: readonly string[]
  readonly exitCode?: number
  /**
   * `sha256:<hex>` of a blob that a cache ref lists and its registry does not have. The step itself did no wrong:
   * without the refs that list the blob it can be built.
   */
  readonly missingBlob?: string
  /** There when BuildKit's store lost a snapshot that it was working on; what was to be built did no wrong. */
  readonly lostSnapshot?: true
}

const TAIL_LINES = 40

/** Of a registry, of the Actions cache, and of a folder. */
const MISSING_BLOB =
  /could not fetch content descriptor (sha256:[0-9a-f]{64})|blob (sha256:[0-9a-f]{64})\S* not found|NotFound.*content (sha256:[0-9a-f]{64}): not found/

/** Seen of containerd's store when a solve beside was canceled: its clean-up takes a snapshot that another one commits. */
const LOST_SNAPSHOT = /failed to commit \S+ to \S+ during finalize: .*snapshot \S+ does not exist/s

const detailsOf = (error: string): Pick<Failure, 'error' | 'exitCode' | 'missingBlob' | 'lostSnapshot'> => {
  const exitCode = /did not complete successfully: exit code: (\d+)/.exec(error)?.[1]
  const blob = MISSING_BLOB.exec(error)
  const missingBlob = blob?.[1] ?? blob?.[2] ?? blob?.[3]
  return {
    error,
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    ...(missingBlob === undefined ? {} : { missingBlob }),
    ...(LOST_SNAPSHOT.test(error) ? { lostSnapshot: true } : {}),
  }
}

const failureOf = (vertex: VertexFold, index: StepIndex, order: readonly string[]): Failure | undefined => {
  const sightings = sightingsOf(vertex, index).filter(isDecisive)
  const error = sightings
    .flatMap(({ intervals }) => lastError(intervals) ?? [])
    .find((candidate) => !isCanceled(candidate))
  if (error === undefined) return undefined
  const needing = new Set(sightings.map(({ target }) => target))
  return {
    step: sightings.map(({ step, gathersFor }) => step ?? gathersFor).find((step) => step !== undefined),
    targets: order.filter((target) => needing.has(target)),
    logTail: vertex.log === undefined ? [] : plainTail(logText(vertex.log), TAIL_LINES),
    ...detailsOf(error),
  }
}

/** What Buildx says at the end: `ERROR: target t1: failed to solve: …`, without the target when bake had one. */
const trailerFailure = (trailer: readonly string[], order: readonly string[]): Failure | undefined => {
  const text = trailer.findLast((line) => line.startsWith('ERROR: '))?.slice('ERROR: '.length)
  if (text === undefined) return undefined
  const [, target, rest] = /^target ([^\s:]+): ([\s\S]*)$/.exec(text) ?? []
  const named = target !== undefined && order.includes(target)
  return {
    step: undefined,
    targets: named ? [target] : order,
    logTail: [],
    ...detailsOf(named ? (rest ?? text) : text),
  }
}

/**
 * What failed in a bake call and which targets cannot be built for it. A vertex tells which targets need it; where no
 * vertex failed (a Dockerfile that cannot be parsed, a call that Buildx refused), the last `ERROR:` line speaks.
 */
export const failures = (
  fold: Fold,
  targets: readonly BakeTarget[],
  prefixed = targets.length > 1,
): readonly Failure[] => {
  const index = createStepIndex(targets, prefixed)
  const order = targets.map(({ target }) => target)
  for (const { names } of fold.vertices.values()) for (const name of names.keys()) index.locate(name)
  const found = [...fold.vertices.values()].flatMap((vertex) => failureOf(vertex, index, order) ?? [])
  return found.length > 0 ? found : [trailerFailure(fold.trailer, order) ?? []].flat()
}
