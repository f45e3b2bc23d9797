import { createHash } from 'node:crypto'
import type { Driver } from '../factory/drivers.ts'
import type { RegistryMirror } from '../oci/mirror.ts'
import type { Platform } from '../oci/platform.ts'
import { isOfficialImage } from './builder-platforms.ts'

/**
 * BuildKit of builders that the action starts: the version that the project's tests run, and the digest of its index for
 * all platforms, which many projects pin. v0.28 or newer exports image and cache in parallel and pushes blobs so.
 */
export const BUILDKIT_IMAGE =
  'moby/buildkit:v0.32.2@sha256:28a898719c18a33f4e8000685287fa36fd0dd9560c6440227d3a732d79bb41d8'

/** TLS material of a node: PEM, or the name of the environment variable that holds it. */
export type NodeTls = { readonly ca?: string; readonly cert?: string; readonly key?: string }

/** One node of a builder that is to be created. */
export type NodeSettings = {
  readonly name?: string
  /** Address of a BuildKit or an engine, or the name of a Docker context; the engine at hand without one. */
  readonly endpoint?: string
  /** Platforms it is preferred for, and the only ones it is said to have besides what BuildKit lists. */
  readonly platforms: readonly Platform[]
  /** `key=value` as Buildx reads them, one CSV field each. */
  readonly driverOpts: readonly string[]
  readonly buildkitdFlags?: string
  readonly tls: NodeTls
}

/** A setting that somebody gave: an input of the action, or a pool of the factory file. */
export type GivenSetting = { readonly name: string; readonly pool?: string }

/** Who says something: `input driver`, or `driver of pool linux/amd64+cuda`. */
export const renderGiven = ({ name, pool }: GivenSetting): string =>
  pool === undefined ? `input ${name}` : `${name} of pool ${pool}`

/** A setting, with who gave it where somebody did. */
export const givenAs = (name: string, { given }: Pick<BuilderSettings, 'given'>): GivenSetting =>
  given.find((each) => each.name === name) ?? { name }

/** The same of several: `inputs driver, nodes`, and what pools say behind it. */
export const renderAllGiven = (given: readonly GivenSetting[]): string =>
  [...Map.groupBy(given, ({ pool }) => pool)]
    .map(([pool, settings]) => {
      const names = settings.map(({ name }) => name).join(', ')
      if (pool !== undefined) return `${names} of pool ${pool}`
      return `${settings.length === 1 ? 'input' : 'inputs'} ${names}`
    })
    .join(', and ')

/** How a builder of the action's own is made, and what becomes of it. */
export type BuilderSettings = {
  readonly driver: Driver
  /** At least one; the first is the one that Buildx asks for what no node has. */
  readonly nodes: readonly NodeSettings[]
  readonly image: string
  /** Path of a buildkitd.toml, or the text of one. */
  readonly config: { readonly path?: string; readonly text?: string }
  readonly mirrors: readonly RegistryMirror[]
  /** Steps that BuildKit runs at the same time; undefined for the engine's number of CPUs. */
  readonly maxParallelism?: number
  /** Leaves the builder for later runs of the same settings. */
  readonly keepBuilder: boolean
  /** Removes the builder but not its cache, which the next one of the same settings finds. */
  readonly keepState: boolean
  /** Settings that were given and that only a new builder can honour. */
  readonly given: readonly GivenSetting[]
}

/** Whether the name of a builder has to be the same the next time, for what is left of it to be found. */
export const isKept = ({ keepBuilder, keepState }: BuilderSettings): boolean => keepBuilder || keepState

/**
 * The name of a builder that is found again by equal settings. The runner is part of it: two runners of one machine may
 * run at the same time, and neither must end the other's builder.
 */
export const keptName = (settings: BuilderSettings, runner: string): string => {
  const nodes = settings.nodes.map(({ name, endpoint, platforms, driverOpts, buildkitdFlags }) => [
    ...[name, endpoint, platforms, driverOpts, buildkitdFlags],
  ])
  const { driver, image, config, mirrors, maxParallelism } = settings
  const text = JSON.stringify([driver, nodes, image, config, mirrors, maxParallelism, runner])
  return `strata-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
}

/** An image's names at the mirrors of Docker Hub, then its own; a digest in it holds wherever it comes from. */
export const imageCandidates = (image: string, mirrors: readonly RegistryMirror[]): readonly string[] => {
  const path = image.replace(/^(?:docker\.io\/|index\.docker\.io\/)/, '')
  const isOnHub = !/^[^/]*[.:][^/]*\//.test(path) && !path.startsWith('localhost/')
  const hub = mirrors.filter(({ registry }) => registry === 'docker.io')
  const full = path.includes('/') ? path : `library/${path}`
  return [...(isOnHub ? hub.map(({ mirror }) => `${mirror}/${full}`) : []), image]
}

/** Whether BuildKit comes from an image that the action chooses. */
export const runsImage = ({ driver }: BuilderSettings): boolean =>
  driver === 'docker-container' || driver === 'kubernetes'

/** Whether builders of these settings come with emulators. */
export const bringsEmulators = (settings: BuilderSettings): boolean =>
  runsImage(settings) && isOfficialImage(settings.image)
