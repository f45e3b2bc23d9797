import { runsImage, type BuilderSettings, type NodeSettings } from '../plan/builder-settings.ts'
import { renderAttributes } from './attributes.ts'

/** Paths of the files that a new builder is made from. */
export type BuilderFiles = {
  /** A buildkitd.toml. */
  readonly config?: string
  /** TLS material, by the index of its node. */
  readonly tls: readonly TlsFiles[]
}

/** Paths of a node's TLS material. */
export type TlsFiles = { readonly ca?: string; readonly cert?: string; readonly key?: string }

/** What builds may ask a builder for: registries on loopback need the host's network, and so may steps. */
const DEFAULT_FLAGS = '--allow-insecure-entitlement network.host'

const hasOption = (options: readonly string[], name: string): boolean =>
  options.some((option) => option.replace(/^"/, '').startsWith(`${name}=`))

/** Options of a node: those given, and defaults for what they leave open. */
const driverOptions = ({ driverOpts }: NodeSettings, settings: BuilderSettings): readonly string[] => [
  ...(runsImage(settings) && !hasOption(driverOpts, 'image') ? [renderAttributes({ image: settings.image })] : []),
  ...(settings.driver === 'docker-container' && !hasOption(driverOpts, 'network') ? ['network=host'] : []),
  ...driverOpts,
]

/** Options of the driver `remote` that name the files of a node's TLS material. */
const tlsOptions = ({ ca, cert, key }: TlsFiles = {}): readonly string[] => [
  ...(ca === undefined ? [] : [renderAttributes({ cacert: ca })]),
  ...(cert === undefined ? [] : [renderAttributes({ cert })]),
  ...(key === undefined ? [] : [renderAttributes({ key })]),
]

const flagsOf = ({ buildkitdFlags }: NodeSettings, { driver }: BuilderSettings): readonly string[] => {
  const flags = buildkitdFlags ?? (driver === 'docker-container' ? DEFAULT_FLAGS : undefined)
  return flags === undefined ? [] : ['--buildkitd-flags', flags]
}

/**
 * Arguments of `docker` that make a builder: one `buildx create` for each node, the further ones with `--append`. The
 * builder is not started, and not made the current one.
 */
export const renderCreateBuilder = (
  name: string,
  settings: BuilderSettings,
  files: BuilderFiles,
): readonly (readonly string[])[] =>
  settings.nodes.map((node, index) => [
    ...['buildx', 'create', '--name', name, '--driver', settings.driver],
    ...(index === 0 ? [] : ['--append']),
    // Containers and deployments are called after their node, so its name alone would be the same in every job.
    ...(node.name === undefined ? [] : ['--node', `${name}-${node.name}`]),
    ...(node.platforms.length === 0 ? [] : ['--platform', node.platforms.join(',')]),
    ...[...driverOptions(node, settings), ...tlsOptions(files.tls[index])].flatMap((option) => [
      '--driver-opt',
      option,
    ]),
    ...flagsOf(node, settings),
    ...(files.config === undefined ? [] : ['--buildkitd-config', files.config]),
    ...(node.endpoint === undefined ? [] : [node.endpoint]),
  ])
