import { parseReference } from '../oci/reference.ts'
import { inputError } from '../problem.ts'
import type { BuildOptions } from '../render/bake.ts'

/** Raw text of an input; empty when it is not given. */
export type ReadInput = (name: string) => string

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
}

/** A secret of the build: where its value comes from. */
export type SecretSource =
  | { readonly id: string; readonly from: 'value'; readonly value: string }
  | { readonly id: string; readonly from: 'env'; readonly name: string }
  | { readonly id: string; readonly from: 'file'; readonly path: string }

/** Inputs of the main job. */
export type BuildInputs = PlanInputs & {
  readonly leg?: string
  readonly planPath?: string
  readonly builder?: string
  readonly push: boolean
  readonly load: boolean
  readonly cache: boolean
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  /** Templates; empty for the default. */
  readonly tags: readonly string[]
  readonly secrets: readonly SecretSource[]
  readonly options: Omit<BuildOptions, 'secrets'>
  readonly dryRun: boolean
}

/** Lines of an input, trimmed, without empty ones. */
const lines = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** Values separated by commas or line ends. */
const list = (text: string): readonly string[] => lines(text.replaceAll(',', '\n'))

const bool = (read: ReadInput, name: string, byDefault: boolean): boolean => {
  const text = read(name).toLowerCase()
  if (text === '') return byDefault
  if (text === 'true' || text === 'false') return text === 'true'
  throw inputError(`input ${name} is ${JSON.stringify(read(name))}`, { expected: 'true or false' })
}

/** Lines of the form `key<separator>value`. */
const pairs = (read: ReadInput, name: string, separator = '='): readonly (readonly [string, string])[] =>
  lines(read(name)).map((line) => {
    const at = line.indexOf(separator)
    // A secret's value must not be shown, and nothing tells a secret from a misspelt line.
    if (at < 1)
      throw inputError(`a line of input ${name} has no ${separator}`, { expected: `key${separator}value on each line` })
    return [line.slice(0, at).trim(), line.slice(at + separator.length).trim()]
  })

const record = (read: ReadInput, name: string, separator?: string): Readonly<Record<string, string>> =>
  Object.fromEntries(pairs(read, name, separator))

const references = (read: ReadInput, name: string): Readonly<Record<string, string>> => {
  const entries = pairs(read, name)
  for (const [key, value] of entries) {
    if (parseReference(value) === undefined) {
      throw inputError(`input ${name} gives ${key} the image ${JSON.stringify(value)}`, {
        expected: 'an image reference',
      })
    }
  }
  return Object.fromEntries(entries)
}

const optional = <K extends string>(key: K, text: string): { readonly [P in K]?: string } =>
  text === '' ? {} : ({ [key]: text } as { readonly [P in K]?: string })

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
})

/** `true`, `false` or attributes, as docker/build-push-action takes them. */
const attest = (read: ReadInput, type: 'provenance' | 'sbom'): readonly string[] => {
  const text = read(type)
  if (text === '' || text === 'false') return [`type=${type},disabled=true`]
  return [text === 'true' ? `type=${type}` : `type=${type},${text}`]
}

const secrets = (read: ReadInput): readonly SecretSource[] => [
  ...pairs(read, 'secrets').map(([id, value]) => ({ id, from: 'value', value }) as const),
  ...pairs(read, 'secret-envs').map(([id, name]) => ({ id, from: 'env', name }) as const),
  ...pairs(read, 'secret-files').map(([id, path]) => ({ id, from: 'file', path }) as const),
]

/** Reads the inputs of `build`. */
export const readBuildInputs = (read: ReadInput, env: NodeJS.ProcessEnv): BuildInputs => ({
  ...readPlanInputs(read, env),
  ...optional('leg', read('leg')),
  ...optional('planPath', read('plan-path')),
  ...optional('builder', read('builder')),
  push: bool(read, 'push', false),
  load: bool(read, 'load', false),
  cache: bool(read, 'cache', true),
  cacheFrom: lines(read('cache-from')),
  cacheTo: lines(read('cache-to')),
  tags: lines(read('tags')),
  secrets: secrets(read),
  dryRun: bool(read, 'dry-run', false),
  options: {
    labels: record(read, 'labels'),
    annotations: lines(read('annotations')),
    ssh: lines(read('ssh')),
    attests: [...attest(read, 'provenance'), ...attest(read, 'sbom')],
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
