import { join } from 'node:path'
import type { Io } from '../io/io.ts'
import { CanceledError } from '../problem.ts'
import { attributeSteps } from '../progress/attribute.ts'
import type { BuildResult } from '../progress/build-result.ts'
import { failures, type Failure } from '../progress/failures.ts'
import { createFold, type Fold } from '../progress/fold.ts'
import { mergeResults } from '../progress/merge.ts'
import { settleBuilt } from '../progress/settle.ts'
import { renderBake, type BakeTarget, type BuildOptions, type CollectorTarget } from '../render/bake.ts'
import { sharesStep } from '../render/shared-steps.ts'
import type { StitchedDockerfile } from '../render/stitched.ts'
import { followProgress, type FollowedTarget } from './follow-progress.ts'

/** One target with the Dockerfile it builds, and what the log calls it. */
export type LegTarget = {
  readonly bake: BakeTarget
  readonly dockerfile: StitchedDockerfile
  readonly title: string
}

/** Everything that goes into baking a leg. */
export type LegBuild = {
  readonly targets: readonly LegTarget[]
  readonly collectors: readonly CollectorTarget[]
  readonly options: BuildOptions
  readonly builder: string
  /** Folder of the rendered files. */
  readonly folder: string
  /** What bake is granted: entitlements, and files outside the workspace. */
  readonly allow: readonly string[]
  /** Environment that carries secrets. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** What Buildx wrote of one target. */
export type TargetMetadata = Readonly<Record<string, unknown>>

/** What came of baking a leg. */
export type LegOutcome = {
  readonly result: BuildResult
  /** By target name, as far as they were built. */
  readonly metadata: Readonly<Record<string, TargetMetadata>>
  /** Why targets were dropped, by target name. */
  readonly failed: ReadonlyMap<string, Failure>
}

/** What a build that has not begun has done. */
export const NOTHING_BUILT: BuildResult = {
  targets: [],
  unique: { cached: 0, total: 0, ratio: 1, execMs: 0 },
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

/** One `docker buildx bake` call over all targets, its progress folded and logged while it runs. */
const bakeOnce = async (leg: LegBuild, attempt: number, io: Io): Promise<Call> => {
  const name = attempt === 1 ? 'docker-bake' : `docker-bake.${attempt}`
  const [file, metadataFile] = [join(leg.folder, `${name}.json`), join(leg.folder, `${name}.metadata.json`)]
  const targets = leg.targets.map(({ bake }) => bake)
  await io.files.write(file, renderBake(targets, leg.collectors, leg.options))
  const fold = createFold()
  const stream = followProgress(stepTargets(leg), fold, io)
  const args = ['buildx', 'bake', '--builder', leg.builder, '--file', file, '--progress=rawjson']
  const allow = leg.allow.map((grant) => `--allow=${grant}`)
  const code = await io.docker.run([...args, '--metadata-file', metadataFile, ...allow], {
    env: { ...leg.env, ...BAKE_ENV },
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

const withoutImports = (leg: LegBuild): LegBuild => ({
  ...leg,
  targets: leg.targets.map((target) => ({ ...target, bake: { ...target.bake, cacheFrom: [] } })),
  collectors: leg.collectors.map((collector) => ({ ...collector, cacheFrom: [] })),
})

const imports = (leg: LegBuild): boolean =>
  [...leg.targets.map(({ bake }) => bake), ...leg.collectors].some(({ cacheFrom }) => cacheFrom.length > 0)

/** What is left to bake after a call that failed, and why the rest was dropped; undefined when nothing is left. */
const next = (leg: LegBuild, found: readonly Failure[], failed: Map<string, Failure>, io: Io): LegBuild | undefined => {
  const blob = found.find(({ missingBlob }) => missingBlob !== undefined)?.missingBlob
  if (blob !== undefined && imports(leg)) {
    const message = `a cache ref lists ${blob}, which its registry has lost; building without reading cache`
    io.actions.warning({ message, title: 'Broken cache' })
    return withoutImports(leg)
  }
  const names = new Set(leg.targets.map(({ bake }) => bake.name))
  const doomed = found.map((failure) => ({ failure, targets: doomedBy(failure, leg) }))
  const dropped = new Set(doomed.flatMap(({ targets }) => targets))
  for (const { failure, targets } of doomed) {
    for (const target of targets) if (names.has(target) && !failed.has(target)) failed.set(target, failure)
  }
  const rest = without(leg, dropped)
  return dropped.size === 0 || rest.targets.length === 0 ? undefined : rest
}

/**
 * Bakes all targets in one call. Bake cancels every target when one fails, so the targets that cannot be built are
 * dropped and the rest is baked again on the same builder, until all are built or dropped.
 */
export const bakeLeg = async (whole: LegBuild, io: Io): Promise<LegOutcome> => {
  const failed = new Map<string, Failure>()
  let result = NOTHING_BUILT
  let leg: LegBuild | undefined = whole
  for (let attempt = 1; ; attempt++) {
    const call: Call = await bakeOnce(leg, attempt, io)
    const targets = stepTargets(leg)
    const made = attributeSteps(call.fold, targets)
    result = mergeResults(result, call.code === 0 ? settleBuilt(made) : made)
    if (call.code === 0) return { result, metadata: call.metadata, failed }
    const found = failures(call.fold, targets)
    const left = next(leg, found, failed, io)
    const names = leg.targets.map(({ bake }) => bake.name)
    if (left === undefined) {
      // Whatever was not named is not built either.
      const rest: Failure = found[0] ?? {
        step: undefined,
        targets: names,
        error: 'docker buildx bake failed',
        logTail: [],
      }
      for (const name of names) if (!failed.has(name)) failed.set(name, rest)
      return { result, metadata: {}, failed }
    }
    if (failed.size > 0) io.actions.info(`Baking again without ${failed.size} of ${whole.targets.length} work items`)
    leg = left
  }
}
