import type { BakeTarget, BuildOptions } from './bake.ts'

const flags = (name: string, values: readonly string[]): readonly string[] => values.flatMap((value) => [name, value])

const pairs = (record: Readonly<Record<string, string>>, separator = '='): readonly string[] =>
  Object.entries(record).map(([key, value]) => `${key}${separator}${value}`)

const on = (name: string, wanted: boolean): readonly string[] => (wanted ? [name] : [])

const valued = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [name, value]

/** Flags that only BuildKit knows. */
const buildkitFlags = (target: BakeTarget, options: BuildOptions): readonly string[] => [
  ...flags('--build-context', pairs(target.contexts)),
  ...flags('--secret', options.secrets),
  ...flags('--ssh', options.ssh),
  ...flags('--allow', options.allow),
  ...flags('--no-cache-filter', options.noCacheFilters),
  ...flags('--annotation', options.annotations),
  ...flags('--attest', options.attests),
]

/** Arguments of a plain `docker build` of one target, without cache refs. */
export const renderDockerBuild = (target: BakeTarget, options: BuildOptions, buildkit: boolean): readonly string[] => [
  'build',
  ...flags('--file', [target.dockerfile]),
  ...flags('--tag', target.tags),
  ...flags('--label', pairs(options.labels)),
  ...on('--no-cache', options.noCache),
  ...on('--pull', options.pull),
  ...valued('--network', options.network),
  ...flags('--add-host', pairs(options.addHosts, ':')),
  ...valued('--shm-size', options.shmSize),
  ...flags('--ulimit', options.ulimits),
  ...(buildkit ? buildkitFlags(target, options) : []),
  target.context,
]
