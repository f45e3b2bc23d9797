import { join } from 'node:path'
import type { Fragment } from '../../fragment/fragment.ts'
import type { Io } from '../../io/io.ts'
import { CanceledError, InputError, inputError, SetupError } from '../../problem.ts'
import { attributeSteps } from '../../progress/attribute.ts'
import type { BuildResult } from '../../progress/build-result.ts'
import { failures, type Failure } from '../../progress/failures.ts'
import type { TracedCheck } from '../../progress/checks.ts'
import { createFold } from '../../progress/fold.ts'
import { foldLegacy } from '../../progress/legacy.ts'
import { mergeResults } from '../../progress/merge.ts'
import { settleBuilt } from '../../progress/settle.ts'
import type { BakeTarget } from '../../render/bake.ts'
import { renderDockerBuild } from '../../render/docker-build.ts'
import { requiresBuildkit } from '../../render/dockerfile.ts'
import { checksOf, NOTHING_BUILT, type LegOutcome, type LegTarget, type TargetMetadata } from './bake-leg.ts'
import { followProgress } from './follow-progress.ts'
import type { LegWork } from './leg-work.ts'
import type { UsedBuilder } from './leg-results.ts'
import type { WrittenLeg } from './write-leg.ts'

/** The engine's own builder: BuildKit through Buildx, or the legacy builder where there is no Buildx. */
export type EngineBuilder = { readonly buildkit: boolean; readonly used: UsedBuilder }

/** What the legacy builder refuses, or drops without a word as it does with the body of a heredoc. */
const refuseBuildkitOnly = (fragments: Iterable<Fragment>): void => {
  const problems = requiresBuildkit(fragments).map(({ feature, place }) => ({
    place,
    found: `${feature} needs BuildKit, and this engine has only the legacy builder`,
    hint: 'install Buildx and leave out USE_BUILDX=0',
  }))
  if (problems.length > 0) throw new InputError(problems)
}

/** Looks at the engine and keeps the work items of its own platform. Throws when it cannot build any of them. */
export const openEngine = async (work: LegWork, io: Io): Promise<EngineBuilder & { readonly work: LegWork }> => {
  const engine = await io.builders.engine()
  const buildkit = (await io.docker.query(['buildx', 'version'])).code === 0
  const items = work.items.filter(({ item }) => item.platform === engine.platform)
  if (items.length === 0) {
    const platforms = [...new Set(work.items.map(({ item }) => item.platform))].join(', ')
    throw inputError(`USE_BUILDX=0 builds for ${engine.platform} only, and the work items are for ${platforms}`, {
      hint: 'leave out USE_BUILDX, or run this leg on a runner of that platform',
    })
  }
  const skipped = work.items.length - items.length
  if (skipped > 0)
    io.actions.info(`USE_BUILDX=0: ${skipped} work items of other platforms than ${engine.platform} are left out`)
  if (!buildkit) refuseBuildkitOnly(work.fragments.values())
  const driver = buildkit ? 'docker' : 'docker (legacy builder)'
  const used = {
    builder: { name: 'default', driver, buildkit: `engine ${engine.version}` },
    buildx: 'not used',
    emulated: [],
  }
  return { buildkit, used, work: { ...work, items } }
}

/** What the builds of a leg have in common. */
type Run = { readonly builder: EngineBuilder; readonly written: WrittenLeg; readonly signal: AbortSignal }

/** What came of one target. */
type TargetBuild = {
  readonly result: BuildResult
  readonly checks?: readonly TracedCheck[]
  readonly metadata?: TargetMetadata
  readonly failure?: Failure
}

const unknownFailure = ({ name }: BakeTarget, logTail: readonly string[]): Failure => ({
  step: undefined,
  targets: [name],
  error: logTail.at(-1) ?? 'docker build failed',
  logTail,
})

const buildkitBuild = async ({ bake, dockerfile, title }: LegTarget, run: Run, io: Io): Promise<TargetBuild> => {
  const fold = createFold()
  const targets = [{ target: bake.name, steps: dockerfile.steps, title }]
  const stream = followProgress(targets, fold, io)
  const metadataFile = join(run.written.folder, `${bake.name}.metadata.json`)
  const progress = ['--progress=rawjson', '--metadata-file', metadataFile]
  const [verb = 'build', ...rest] = renderDockerBuild(bake, run.written.options, true)
  const code = await io.docker.run([verb, ...progress, ...rest], {
    env: { ...run.written.secrets.env, BUILDX_BUILDER: 'default', BUILDX_METADATA_PROVENANCE: 'disabled' },
    signal: run.signal,
    onStderr: stream.write,
  })
  stream.end()
  const made = attributeSteps(fold, targets)
  const result = code === 0 ? settleBuilt(made) : made
  const failure = code === 0 ? undefined : failures(fold, targets)[0]
  const metadata = await io.files.read(metadataFile)
  return {
    result,
    checks: checksOf(fold, [{ bake, dockerfile, title, isItem: true }]),
    ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as TargetMetadata }),
    ...(code === 0 ? {} : { failure: failure ?? unknownFailure(bake, []) }),
  }
}

const legacyBuild = async ({ bake, dockerfile }: LegTarget, run: Run, io: Io): Promise<TargetBuild> => {
  const chunks: Buffer[] = []
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk)
  }
  const code = await io.docker.run(renderDockerBuild(bake, run.written.options, false), {
    env: { DOCKER_BUILDKIT: '0' },
    signal: run.signal,
    onStdout: keep,
    onStderr: keep,
  })
  const lines = Buffer.concat(chunks).toString('utf8').trim().split('\n')
  const result = foldLegacy(lines, { target: bake.name, dockerfile, failed: code !== 0 })
  const step = result.targets[0]?.steps.find(({ outcome }) => outcome === 'failed')?.step
  return code === 0 ? { result } : { result, failure: { ...unknownFailure(bake, lines.slice(-20)), step } }
}

/** Pushes the image of a target under all its names. */
const pushImages = async ({ tags }: BakeTarget, io: Io): Promise<void> => {
  for (const tag of tags) {
    const { code, stderr } = await io.docker.query(['push', '--quiet', tag])
    if (code !== 0)
      throw new SetupError(`${tag} could not be pushed: ${stderr.trim()}; is Docker logged in to its registry?`)
  }
}

/** Builds the targets one after the other with plain `docker build`. */
export const dockerBuildLeg = async (
  targets: readonly LegTarget[],
  run: Run & { readonly push: boolean },
  io: Io,
): Promise<LegOutcome> => {
  let result = NOTHING_BUILT
  const metadata: Record<string, TargetMetadata> = {}
  const failed = new Map<string, Failure>()
  const checks: TracedCheck[] = []
  for (const target of targets) {
    const { name } = target.bake
    const built = await (run.builder.buildkit ? buildkitBuild : legacyBuild)(target, run, io)
    if (run.signal.aborted) throw new CanceledError(`stopped by ${String(run.signal.reason)}`)
    result = mergeResults(result, built.result)
    checks.push(...(built.checks ?? []))
    if (built.metadata !== undefined) metadata[name] = built.metadata
    if (built.failure !== undefined) failed.set(name, built.failure)
    else if (run.push) await pushImages(target.bake, io)
  }
  return { result, metadata, failed, broken: new Set(), checks }
}
