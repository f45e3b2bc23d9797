import type { LintLevels } from '../factory/lint-levels.ts'
import { faultOfSource, SOURCE_EXPECTED } from '../factory/cache-source.ts'
import { MAX_SHARDS } from '../plan/matrix.ts'
import type { ImageAdditions } from '../plan/published-key.ts'
import type { ScheduleOptions } from '../plan/schedule/work.ts'
import { inputError } from '../problem.ts'
import type { BuildOptions } from '../render/bake.ts'
import type { RegistryMirror } from '../oci/mirror.ts'
import { readMirrors } from './builder-settings-reader.ts'
import { readBuilderInputs } from './builder-inputs.ts'
import { readLintInput } from './lint-input.ts'
import { bool, choice, count, lines, list, optional, pairs, record, references, type ReadInput } from './read-input.ts'
import type { BuilderInputs } from './wanted-builder.ts'

/** Inputs that plan and build share. */
export type PlanInputs = {
  readonly factory: string
  readonly only: readonly string[]
  /** As written; empty for all of the factory file, which alone knows what they can be. */
  readonly platforms: readonly string[]
  readonly registry?: string
  readonly cacheRef?: string
  /** Base images by variant. */
  readonly base: Readonly<Record<string, string>>
  /** Named contexts for every fragment, by name; stronger than those of the factory file. */
  readonly buildContexts: Readonly<Record<string, string>>
  readonly githubToken?: string
  /** Where images of registries are looked up instead. */
  readonly mirrors: readonly RegistryMirror[]
  readonly schedule: ScheduleInputs
  /** Whether work items whose image is published already are left out. */
  readonly skipUnchanged: boolean
  /** Whether images are pushed without tags, which are left to `publish`. */
  readonly byDigest: boolean
  /** Tag templates of the images; empty for the default. */
  readonly tags: readonly string[]
  /** What is added to every image; part of what decides whether it is published. */
  readonly additions: ImageAdditions
  /** Results files whose step times are the expected costs. */
  readonly costs: readonly string[]
  readonly changes: ChangeInputs
  /** Globs over layers and `layer/variant` whose steps run again whatever is cached, once. */
  readonly refresh: readonly string[]
  /** Whether scheduled runs leave out, for a growing number of runs, what keeps failing. */
  readonly backoff: boolean
  /** Levels of the linter; stronger than those of the factory file. */
  readonly lint: LintLevels
}

/** What of the work is planned, what it is compared with, and who is told. */
export type ChangeInputs = {
  readonly scope: 'all' | 'changed' | 'stable' | 'bases-only' | 'canary' | 'probes'
  /** Path of the plan to compare with; absent for the newest one that is kept. */
  readonly basePlan?: string
  /** Whether the pull request gets a comment. */
  readonly comment: boolean
  /** Globs over manifest ids that are planned whether they changed or not. */
  readonly force: readonly string[]
}

/** How the work is shared out over legs. */
export type ScheduleInputs = Pick<ScheduleOptions, 'maxLegs' | 'maxParallel' | 'waves' | 'repeat'> & {
  readonly maxLegMinutes: number
  readonly maxLegGib: number
  /** Matrix outputs over which the legs are spread. */
  readonly shards: number
}

/** A secret of the build: where its value comes from. */
export type SecretSource =
  | { readonly id: string; readonly from: 'value'; readonly value: string }
  | { readonly id: string; readonly from: 'env'; readonly name: string }
  | { readonly id: string; readonly from: 'file'; readonly path: string }

/** Where records of what was built go. */
export type RecordInputs = {
  readonly keep: 'registry' | 'files' | 'none'
  /** Path of the file that they are written to; absent for one of the action's own. */
  readonly path?: string
}

/** Inputs of the main job. */
export type BuildInputs = PlanInputs & {
  readonly leg?: string
  readonly planPath?: string
  readonly builder: BuilderInputs
  /** Whether tools that hosted runners bring are removed to make room. */
  readonly freeDisk: boolean
  readonly push: boolean
  readonly load: boolean
  readonly cache: boolean
  /** Whether the files of cache mounts are kept from run to run. */
  readonly keepMounts: boolean
  /** Whether what the event has earned is written. */
  readonly cacheWrites: boolean
  /** Whether only those cache refs are read whose digest a record of a trusted run names. */
  readonly pinned: boolean
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  readonly secrets: readonly SecretSource[]
  readonly options: Omit<BuildOptions, 'secrets'>
  readonly records: RecordInputs
  readonly dryRun: boolean
}

const WAVES: Readonly<Record<string, ScheduleOptions['waves']>> = { auto: 'auto', 0: 0, 1: 1, 2: 2, 3: 3 }

const scheduleInputs = (read: ReadInput): ScheduleInputs => ({
  maxLegs: Math.floor(count(read, 'max-legs', { byDefault: 256, least: 1, most: 256 })),
  maxParallel: Math.floor(count(read, 'max-parallel', { byDefault: 20, least: 1, most: 1000 })),
  maxLegMinutes: count(read, 'max-leg-minutes', { byDefault: 300, least: 1, most: 7200 }),
  maxLegGib: count(read, 'max-leg-gib', { byDefault: 14, least: 1, most: 100_000 }),
  waves: WAVES[choice(read, 'waves', ['auto', '0', '1', '2', '3'])] ?? 'auto',
  repeat: choice(read, 'repeat', ['cheap', 'never', 'free']),
  shards: Math.floor(count(read, 'shards', { byDefault: 1, least: 1, most: MAX_SHARDS })),
})

const changeInputs = (read: ReadInput): ChangeInputs => ({
  scope: choice(read, 'scope', ['all', 'changed', 'stable', 'bases-only', 'canary', 'probes']),
  ...optional('basePlan', read('base-plan')),
  comment: bool(read, 'comment', false),
  force: list(read('force')),
})

/** `true`, `false` or attributes, as docker/build-push-action takes them. */
const attest = (read: ReadInput, type: 'provenance' | 'sbom'): readonly string[] => {
  const text = read(type)
  if (text === '' || text === 'false') return [`type=${type},disabled=true`]
  return [text === 'true' ? `type=${type}` : `type=${type},${text}`]
}

/** `digest` is a push without tags. */
const pushMode = (read: ReadInput) => choice((name) => read(name).toLowerCase(), 'push', ['false', 'true', 'digest'])

const additions = (read: ReadInput): ImageAdditions => ({
  labels: record(read, 'labels'),
  annotations: lines(read('annotations')),
  attests: [...attest(read, 'provenance'), ...attest(read, 'sbom')],
})

/** Reads the inputs of `plan`. `cacheRef` falls back to the environment variable `CACHE_REF`. */
export const readPlanInputs = (read: ReadInput, env: NodeJS.ProcessEnv): PlanInputs => ({
  factory: read('factory') === '' ? 'strata.yaml' : read('factory'),
  only: list(read('only')),
  platforms: list(read('platforms')),
  base: references(read, 'base'),
  buildContexts: record(read, 'build-contexts'),
  ...optional('registry', read('registry').replace(/\/+$/, '')),
  ...optional('cacheRef', read('cache-ref') === '' ? (env['CACHE_REF'] ?? '') : read('cache-ref')),
  ...optional('githubToken', read('github-token')),
  mirrors: readMirrors(read),
  schedule: scheduleInputs(read),
  skipUnchanged: bool(read, 'skip-unchanged', false),
  byDigest: pushMode(read) === 'digest',
  tags: lines(read('tags')),
  additions: additions(read),
  costs: list(read('costs')),
  changes: changeInputs(read),
  refresh: list(read('refresh')),
  backoff: bool(read, 'backoff', true),
  lint: readLintInput(read),
})

const secrets = (read: ReadInput): readonly SecretSource[] => [
  ...pairs(read, 'secrets').map(([id, value]) => ({ id, from: 'value', value }) as const),
  ...pairs(read, 'secret-envs').map(([id, name]) => ({ id, from: 'env', name }) as const),
  ...pairs(read, 'secret-files').map(([id, path]) => ({ id, from: 'file', path }) as const),
]

/** `true`, `read`, `pinned` or `false`: what a run may do with caches can only be lowered. */
const cacheUse = (read: ReadInput): Pick<BuildInputs, 'cache' | 'cacheWrites' | 'pinned'> => {
  const given = read('cache').toLowerCase()
  if (given === 'read' || given === 'pinned') return { cache: true, cacheWrites: false, pinned: given === 'pinned' }
  const cache = bool(read, 'cache', true)
  return { cache, cacheWrites: cache, pinned: false }
}

/** Checked sources, as Buildx takes them. */
const cacheSources = (read: ReadInput): readonly string[] => {
  const sources = lines(read('cache-from'))
  for (const source of sources) {
    const fault = faultOfSource(source)
    if (fault === undefined) continue
    throw inputError(`input cache-from has ${JSON.stringify(source)}: ${fault}`, { expected: SOURCE_EXPECTED })
  }
  return sources
}

/** Reads the inputs of `build`. */
export const readBuildInputs = (read: ReadInput, env: NodeJS.ProcessEnv): BuildInputs => ({
  ...readPlanInputs(read, env),
  ...optional('leg', read('leg')),
  ...optional('planPath', read('plan-path')),
  builder: readBuilderInputs(read, env),
  freeDisk: bool(read, 'free-disk', false),
  push: pushMode(read) !== 'false',
  load: bool(read, 'load', false),
  ...cacheUse(read),
  keepMounts: choice(read, 'cache-mounts', ['off', 'keep']) === 'keep',
  cacheFrom: cacheSources(read),
  cacheTo: lines(read('cache-to')),
  secrets: secrets(read),
  dryRun: bool(read, 'dry-run', false),
  records: { keep: choice(read, 'records', ['registry', 'files', 'none']), ...optional('path', read('records-path')) },
  options: {
    ...additions(read),
    ssh: lines(read('ssh')),
    noCache: bool(read, 'no-cache', false),
    noCacheFilters: list(read('no-cache-filters')),
    pull: bool(read, 'pull', false),
    addHosts: record(read, 'add-hosts', ':'),
    allow: list(read('allow')),
    ulimits: lines(read('ulimit')),
    ...optional('network', read('network')),
    ...optional('shmSize', read('shm-size')),
  },
})
