import { basename, join } from 'node:path'
import type { Io } from '../../io/io.ts'
import { CanceledError } from '../../problem.ts'
import { attributeSteps } from '../../progress/attribute.ts'
import type { BuildResult } from '../../progress/build-result.ts'
import { failures, type Failure } from '../../progress/failures.ts'
import { createFold, type Fold } from '../../progress/fold.ts'
import { mergeResults } from '../../progress/merge.ts'
import { settleBuilt } from '../../progress/settle.ts'
import { renderBake, type BakeTarget, type BuildOptions, type CollectorTarget } from '../../render/bake.ts'
import { sharesStep } from '../../render/shared-steps.ts'
import type { StitchedDockerfile } from '../../render/stitched.ts'
import { tracedChecks, type TracedCheck } from '../../progress/checks.ts'
import { checkAttribution } from './check-attribution.ts'
import { clearBroken } from './local-folders.ts'
import { readRef } from './read-ref.ts'
import { followProgress, type FollowedTarget } from './follow-progress.ts'

/** One target with the Dockerfile it builds, and what the log calls it. */
export type LegTarget = {
  readonly bake: BakeTarget
  readonly dockerfile: StitchedDockerfile
  readonly title: string
  /** Whether it builds a work item, and not only cache. */
  readonly isItem: boolean
}

/** What is baked. */
export type LegTargets = {
  readonly targets: readonly LegTarget[]
  readonly collectors: readonly CollectorTarget[]
  /** The refs that targets import, by what they are called in the bake file; absent where those are as Buildx has them. */
  readonly sources?: ReadonlyMap<string, string>
}

/** Everything that goes into baking a leg. */
export type LegBuild = LegTargets & {
  readonly options: BuildOptions
  readonly builder: string
  /** Folder of the rendered files. */
  readonly folder: string
  /** What bake is granted: entitlements, and files outside the workspace. */
  readonly allow: readonly string[]
  /** Environment that carries secrets, and what is asked of Buildx. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** The same targets when these refs are not to be imported. */
  readonly withoutRefs: (broken: ReadonlySet<string>) => LegTargets
}

/** What Buildx wrote of one target. */
export type TargetMetadata = Readonly<Record<string, unknown>>

const NONE: ReadonlySet<string> = new Set()

/** What came of baking a leg. */
export type LegOutcome = {
  readonly result: BuildResult
  /** By target name, as far as they were built. */
  readonly metadata: Readonly<Record<string, TargetMetadata>>
  /** Why targets were dropped, by target name. */
  readonly failed: ReadonlyMap<string, Failure>
  /** Refs that list blobs their registry has lost. */
  readonly broken: ReadonlySet<string>
  /** What BuildKit's own checks said. */
  readonly checks: readonly TracedCheck[]
}

/** What a build that has not begun has done. */
export const NOTHING_BUILT: BuildResult = {
  targets: [],
  unique: { cached: 0, total: 0, ratio: 1, execMs: 0 },
  images: [],
  downloadedBytes: 0,
}

/** Bake evaluates nothing from provenance here, and it would hold the values of arguments. */
const BAKE_ENV = { BUILDX_METADATA_PROVENANCE: 'disabled', BUILDX_METADATA_WARNINGS: '0' }

type Call = { readonly code: number; readonly fold: Fold; readonly metadata: LegOutcome['metadata'] }

/** Reads what Buildx wrote beside the build; nothing when the build failed. */
export const readMetadata = async (file: string, io: Io): Promise<LegOutcome['metadata']> => {
  const text = await io.files.read(file)
  return text === undefined ? {} : (JSON.parse(text) as LegOutcome['metadata'])
}

const stepTargets = (leg: LegBuild): readonly FollowedTarget[] => [
  ...leg.targets.map(({ bake, dockerfile, title }) => ({ target: bake.name, steps: dockerfile.steps, title })),
  ...leg.collectors.map(({ name, platform }) => ({ target: name, steps: [], title: `${platform} cache` })),
]

/** What BuildKit's checks said of the Dockerfiles of targets, which it knows by their names. */
export const checksOf = (fold: Fold, targets: readonly LegTarget[]): readonly TracedCheck[] =>
  tracedChecks(fold, new Map(targets.map(({ bake, dockerfile }) => [basename(bake.dockerfile), dockerfile])))

/** One `docker buildx bake` call over all targets, its progress folded and logged while it runs. */
export const bakeOnce = async (leg: LegBuild, name: string, io: Io): Promise<Call> => {
  const [file, metadataFile] = [join(leg.folder, `${name}.json`), join(leg.folder, `${name}.metadata.json`)]
  const targets = leg.targets.map(({ bake }) => bake)
  await io.files.write(file, renderBake(targets, leg.collectors, leg.options))
  const fold = createFold()
  const stream = followProgress(stepTargets(leg), fold, io)
  const args = ['buildx', 'bake', '--builder', leg.builder, '--file', file, '--progress=rawjson']
  const allow = leg.allow.map((grant) => `--allow=${grant}`)
  const code = await io.docker.run([...args, '--metadata-file', metadataFile, ...allow], {
    env: { ...BAKE_ENV, ...leg.env },
    signal: leg.signal,
    onStderr: (chunk) => {
      stream.write(chunk)
    },
  })
  stream.end()
  if (leg.signal.aborted) throw new CanceledError(`stopped by ${String(leg.signal.reason)}`)
  return { code, fold, metadata: await readMetadata(metadataFile, io) }
}

/** The targets that cannot be built for a failure: those that BuildKit named, and those that hold the failed step. */
const doomedBy = ({ step, targets }: Failure, leg: LegBuild): readonly string[] => {
  const owner = leg.targets.find(({ bake }) => targets.includes(bake.name))
  if (step === undefined || owner === undefined) return targets
  const sharing = leg.targets.filter(({ dockerfile }) => sharesStep(owner.dockerfile, step, dockerfile))
  return [...targets, ...sharing.map(({ bake }) => bake.name)]
}

const without = (leg: LegBuild, dropped: ReadonlySet<string>): LegBuild => ({
  ...leg,
  targets: leg.targets.filter(({ bake }) => !dropped.has(bake.name)),
  collectors: leg.collectors
    .filter(({ name }) => !dropped.has(name))
    .map((collector) => ({ ...collector, leaves: collector.leaves.filter((leaf) => !dropped.has(leaf)) }))
    .filter(({ leaves }) => leaves.length > 0),
})

/** Refs that the targets import; of what the user names besides, what can be left out is called as Buildx calls it. */
const importedRefs = ({ targets, collectors, sources }: LegTargets, broken: ReadonlySet<string>): readonly string[] => {
  const specs = [...targets.map(({ bake }) => bake), ...collectors].flatMap(({ cacheFrom }) => cacheFrom)
  const rest = (spec: string): readonly string[] => (sources === undefined ? [] : [spec])
  const refs = specs.flatMap((spec) => {
    const ref = sources === undefined ? /^type=registry,ref=([^,"]+)$/.exec(spec)?.[1] : sources.get(spec)
    return ref ?? rest(spec)
  })
  return [...new Set(refs)].filter((ref) => !broken.has(ref))
}

const listsBlob = async (ref: string, digest: string, io: Io): Promise<boolean> =>
  (await readRef(ref, io))?.blobs.some((blob) => blob.digest === digest) ?? false

/** The imported refs that list a lost blob; all of them, where none can be shown to. */
const refsThatList = async (blob: string, leg: LegTargets, io: Io): Promise<readonly string[]> => {
  const refs = importedRefs(leg, NONE)
  const lists = await Promise.all(refs.map((ref) => listsBlob(ref, blob, io)))
  const found = refs.filter((_, index) => lists[index])
  return found.length === 0 ? refs : found
}

const warnOfBroken = (blob: string, refs: readonly string[], io: Io): void => {
  const names = `${refs[0] ?? ''}${refs.length > 1 ? ` and ${refs.length - 1} more` : ''}`
  const message = `cache ref ${names} lists ${blob}, which its registry has lost; building without, and writing again what this run may write`
  io.actions.warning({ message, title: 'Broken cache' })
}

/** Every target that cannot be built for what failed, with why. */
const doomed = (leg: LegBuild, found: readonly Failure[]): ReadonlyMap<string, Failure> => {
  const names = new Set(leg.targets.map(({ bake }) => bake.name))
  const all = found.toReversed().flatMap((failure) => doomedBy(failure, leg).map((name) => [name, failure] as const))
  return new Map(all.filter(([name]) => names.has(name)))
}

const unnamedFailure = (leg: LegBuild): Failure => ({
  step: undefined,
  targets: leg.targets.map(({ bake }) => bake.name),
  error: 'docker buildx bake failed',
  logTail: [],
})

/**
 * Bakes all targets in one call. Bake cancels every target when one fails, so the targets that cannot be built are
 * dropped and the rest is baked again on the same builder, until all are built or dropped. Refs that turn out to be
 * broken are imported no more and count as missing, so that they are written again; a target whose snapshot BuildKit lost
 * is tried once more. Without targets nothing is baked.
 */
export const bakeLeg = async (whole: LegBuild, io: Io): Promise<LegOutcome> => {
  const failed = new Map<string, Failure>()
  const broken = new Set<string>()
  let isAgain = false
  let result = NOTHING_BUILT
  if (whole.targets.length === 0) return { result, metadata: {}, failed, broken, checks: [] }
  const checks: TracedCheck[] = []
  let leg = whole
  for (let attempt = 1; ; attempt++) {
    const call: Call = await bakeOnce(leg, attempt === 1 ? 'docker-bake' : `docker-bake.${attempt}`, io)
    const targets = stepTargets(leg)
    checks.push(...checksOf(call.fold, leg.targets))
    const made = attributeSteps(call.fold, targets)
    result = mergeResults(result, call.code === 0 ? settleBuilt(made) : made)
    if (call.code === 0) {
      checkAttribution(made, call.metadata, io)
      return { result, metadata: call.metadata, failed, broken, checks }
    }
    const found = failures(call.fold, targets)
    const blob = found.find(({ missingBlob }) => missingBlob !== undefined)?.missingBlob
    if (blob !== undefined && importedRefs(leg, broken).length > 0) {
      // The second time whatever else is imported goes, too: a build never fails for its cache.
      const refs = broken.size === 0 ? await refsThatList(blob, leg, io) : importedRefs(leg, broken)
      warnOfBroken(blob, refs, io)
      for (const ref of refs) broken.add(ref)
      await clearBroken(refs, io)
      leg = without({ ...leg, ...leg.withoutRefs(broken) }, new Set(failed.keys()))
      continue
    }
    // Once, what only lost its snapshot is tried again beside the rest.
    const lost: readonly Failure[] = isAgain ? [] : found.filter(({ lostSnapshot }) => lostSnapshot === true)
    isAgain ||= lost.length > 0
    const dropped = doomed(
      leg,
      found.filter((failure) => !lost.includes(failure)),
    )
    const rest = without(leg, new Set(dropped.keys()))
    const hopeless = (dropped.size === 0 && lost.length === 0) || rest.targets.length === 0
    const all = hopeless ? leg.targets.map(({ bake }) => bake.name) : [...dropped.keys()]
    for (const name of all) failed.set(name, dropped.get(name) ?? found[0] ?? unnamedFailure(leg))
    if (hopeless) return { result, metadata: {}, failed, broken, checks }
    const items = whole.targets.filter(({ isItem }) => isItem)
    const count = items.filter(({ bake }) => failed.has(bake.name)).length
    const why = lost[0] === undefined ? '' : `, as BuildKit lost a snapshot: ${lost[0].error}`
    io.actions.info(`Baking again without ${count} of ${items.length} work items${why}`)
    leg = rest
  }
}
