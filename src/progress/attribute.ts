import type { StitchedStep } from '../render/stitched.ts'
import { countSteps, countUnique } from './build-result.ts'
import type { BuildResult, CacheImport, Export, ImagePull, StepResult, TargetResult } from './build-result.ts'
import type { Fold, Interval, VertexFold } from './fold.ts'
import { durationOf, gravestOutcome, isCanceled, lastError, outcomeOf } from './outcome.ts'
import { createStepIndex, type BakeTarget, type Located, type StepIndex } from './step-index.ts'

/** A vertex as one target saw it. */
export type Sighting = Located & {
  readonly target: string
  readonly vertex: VertexFold
  readonly intervals: readonly Interval[]
}

/**
 * Where a vertex belongs: to every target under whose name it was seen. BuildKit names a shared vertex as the target
 * that brought it first does. When a name fits no step of its target, the step is the one that stands where another
 * target's step of the same vertex stands.
 */
export const sightingsOf = (vertex: VertexFold, index: StepIndex): readonly Sighting[] => {
  const sightings = [...vertex.names].flatMap(([text, intervals]) => {
    const located = index.locate(text)
    return located.target === undefined ? [] : [{ ...located, target: located.target, vertex, intervals }]
  })
  const step = sightings.find((sighting) => sighting.step !== undefined)?.step
  if (step === undefined) return sightings
  return sightings.map((sighting) => {
    const counterpart = sighting.step ?? index.counterpart(sighting.target, step)
    return counterpart === undefined ? sighting : { ...sighting, step: counterpart }
  })
}

const downloadsOf = (vertices: readonly VertexFold[]): number => {
  const blobs = new Map<string, number>()
  for (const { downloads } of vertices) {
    for (const [blob, bytes] of downloads) blobs.set(blob, Math.max(blobs.get(blob) ?? 0, bytes))
  }
  return [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/**
 * The vertices that tell a step from others. Of `COPY --link` it is the merge: the copy depends on neither the platform
 * nor what lies below, so steps that are not the same may share it.
 */
const identityOf = (sightings: readonly Sighting[]): readonly string[] => {
  const merges = sightings.filter(({ name }) => name.kind === 'step' && name.link)
  return (merges.length > 0 ? merges : sightings).map(({ vertex }) => vertex.digest)
}

const timesOf = (sightings: readonly Sighting[]): Pick<StepResult, 'startedAt' | 'completedAt'> => {
  const earlier = (a: string, b: string): number => Date.parse(a) - Date.parse(b)
  const intervals = sightings.flatMap((sighting) => sighting.intervals).filter(({ started }) => started !== '')
  const startedAt = intervals.map(({ started }) => started).sort(earlier)[0]
  const completedAt = intervals
    .flatMap(({ completed }) => completed ?? [])
    .sort(earlier)
    .at(-1)
  return { ...(startedAt === undefined ? {} : { startedAt }), ...(completedAt === undefined ? {} : { completedAt }) }
}

const stepResult = (step: StitchedStep, sightings: readonly Sighting[]): StepResult => {
  const outcome = gravestOutcome(sightings.map(({ intervals }) => outcomeOf(intervals)))
  const spent = sightings.reduce((sum, { intervals }) => sum + durationOf(intervals), 0)
  return {
    step,
    outcome,
    execMs: outcome === 'run' || outcome === 'failed' ? spent : 0,
    loadMs: outcome === 'hit' ? spent : 0,
    downloadedBytes: downloadsOf(sightings.map(({ vertex }) => vertex)),
    digests: identityOf(sightings),
    interrupted: false,
    ...timesOf(sightings),
  }
}

const failure = (intervals: readonly Interval[]): { readonly error?: string } => {
  const error = lastError(intervals)
  return error === undefined ? {} : { error }
}

const importsOf = (sightings: readonly Sighting[]): readonly CacheImport[] =>
  sightings.flatMap(({ name, intervals }) =>
    name.kind === 'import' ? [{ ref: name.ref, ms: durationOf(intervals), ...failure(intervals) }] : [],
  )

const exportsOf = (sightings: readonly Sighting[]): readonly Export[] =>
  sightings.flatMap(({ name, intervals }) =>
    name.kind === 'export' ? [{ of: name.of, ms: durationOf(intervals), ...failure(intervals) }] : [],
  )

/** Whether an error of this vertex means that its target is not built; cache faults never do. */
export const isDecisive = ({ name }: Located): boolean =>
  name.kind !== 'import' && !(name.kind === 'export' && name.of === 'cache')

const errorOf = (sightings: readonly Sighting[]): Pick<TargetResult, 'error' | 'canceled'> => {
  const errors = sightings.filter(isDecisive).flatMap(({ intervals }) => lastError(intervals) ?? [])
  const error = errors.find((candidate) => !isCanceled(candidate))
  if (error !== undefined) return { error }
  return errors.length > 0 ? { canceled: true } : {}
}

const targetResult = ({ target, steps }: BakeTarget, sightings: readonly Sighting[]): TargetResult => {
  const byStep = Map.groupBy(sightings, ({ step }) => step)
  const results = steps.map((step) => stepResult(step, byStep.get(step) ?? []))
  return {
    target,
    steps: results,
    counts: countSteps(results),
    imports: importsOf(sightings),
    exports: exportsOf(sightings),
    downloadedBytes: downloadsOf(sightings.map(({ vertex }) => vertex)),
    ...timesOf(sightings),
    ...errorOf(sightings),
  }
}

/** What was read of each image. A vertex that targets share was at it as long as the one that saw it longest says. */
const imagesOf = (vertices: readonly VertexFold[], index: StepIndex): readonly ImagePull[] => {
  const named = vertices.flatMap((vertex) => {
    const [name] = [...vertex.names.keys()].map((text) => index.locate(text).name)
    return name?.kind === 'from' ? [{ image: name.image, vertex }] : []
  })
  return [...Map.groupBy(named, ({ image }) => image)].map(([image, found]) => ({
    image,
    ms: found.reduce((sum, { vertex }) => sum + Math.max(...[...vertex.names.values()].map(durationOf)), 0),
    downloadedBytes: downloadsOf(found.map(({ vertex }) => vertex)),
  }))
}

/**
 * Attributes every vertex of a bake call to the steps of its targets, by stage and index with the text as a check:
 * digests change from call to call, and the texts of vertex names have the values of arguments filled in.
 * `prefixed` says whether bake built more than one target, so that names carry the target's.
 */
export const attributeSteps = (
  fold: Fold,
  targets: readonly BakeTarget[],
  prefixed = targets.length > 1,
): BuildResult => {
  const index = createStepIndex(targets, prefixed)
  for (const { names } of fold.vertices.values()) for (const name of names.keys()) index.locate(name)
  const vertices = [...fold.vertices.values()]
  const byTarget = Map.groupBy(
    vertices.flatMap((vertex) => sightingsOf(vertex, index)),
    ({ target }) => target,
  )
  const results = targets.map((target) => targetResult(target, byTarget.get(target.target) ?? []))
  return {
    targets: results,
    unique: countUnique(results.flatMap(({ steps }) => steps)),
    images: imagesOf(vertices, index),
    downloadedBytes: downloadsOf(vertices),
  }
}
