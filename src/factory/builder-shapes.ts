import { parseMirror } from '../oci/mirror.ts'
import { DRIVER_OPTION, DRIVERS, NODE_NAME } from './drivers.ts'
import { platform } from './platform-shapes.ts'
import { choice, list, optional, record, some, type TextShape, type Value } from './shape.ts'
import { baseImage, path } from './text-shapes.ts'

// What a pool says of its builder. The keys are named as the build action's inputs.

const endpoint: TextShape = {
  kind: 'text',
  noun: 'an endpoint',
  expected:
    'the address of a BuildKit or an engine, such as tcp://buildkit.example:1234, or the name of a Docker context',
  pattern: /^\S+$/,
  examples: ['tcp://buildkit.example:1234'],
}

const driverOption: TextShape = {
  kind: 'text',
  noun: 'a driver option',
  expected: 'key=value, as in memory=12g',
  pattern: DRIVER_OPTION,
  examples: ['memory=12g'],
}

const flags: TextShape = {
  kind: 'text',
  noun: 'flags of buildkitd',
  expected: 'one line, such as --debug',
  pattern: /^\S(?:.*\S)?$/,
}

const config: TextShape = {
  kind: 'text',
  noun: 'the text of a buildkitd.toml',
  expected: 'TOML',
  pattern: /\S/,
}

const mirror: TextShape = {
  kind: 'text',
  noun: 'a registry mirror',
  expected: 'the host of a mirror of Docker Hub, or registry=mirror',
  pattern: /^(?!.*:\/\/)\S+$/,
  test: (text) => parseMirror(text) !== undefined,
  hint: (text) => (text.includes('://') ? 'leave the scheme out' : undefined),
  examples: ['mirror.example.com', 'quay.io=mirror.example.com/quay'],
}

const nodeName: TextShape = {
  kind: 'text',
  noun: 'a node name',
  expected: 'a letter, and then letters, digits, dots, dashes and underscores',
  pattern: NODE_NAME,
  examples: ['arm'],
}

/** Keys and certificates are secrets, and this file is none. */
const TLS_HINT = 'TLS material comes from secrets: input tls-ca, tls-cert and tls-key'
const NODE_TLS_HINT = `${TLS_HINT} for the first node, variables such as BUILDER_NODE_1_AUTH_TLS_CACERT for the others`

const node = record(
  'a node',
  {
    name: optional(nodeName, 'Its name in the builder.'),
    endpoint: optional(endpoint, 'Its address. Only nodes of the driver kubernetes have none.'),
    platforms: optional(some(platform), 'What it is to build.'),
    'driver-opts': optional(some(driverOption), 'Options of the driver for this node.'),
    'buildkitd-flags': optional(flags, 'Flags of its buildkitd.'),
  },
  { hints: { tls: NODE_TLS_HINT } },
)

/** The builder of a pool. */
export const builder = record(
  'the builder of a pool',
  {
    driver: optional(choice(DRIVERS), 'Driver of the builder. Default: docker-container.'),
    endpoint: optional(endpoint, 'Where the first node is. Default: the engine of the runner.'),
    'driver-opts': optional(some(driverOption), 'Options of the driver.'),
    'buildkitd-flags': optional(flags, 'Flags of buildkitd.'),
    'buildkitd-config': optional(path, 'A buildkitd.toml.'),
    'buildkitd-config-inline': optional(config, 'The text of a buildkitd.toml.'),
    'buildkit-image': optional(baseImage, 'Image of BuildKit.'),
    'registry-mirrors': optional(some(mirror), 'Mirrors that BuildKit pulls from.'),
    'max-parallelism': optional({ kind: 'count', minimum: 1, maximum: 1024 }, 'Steps that run at the same time.'),
    nodes: optional(list(node), 'Further nodes.'),
    'keep-builder': optional({ kind: 'flag' }, 'Whether the builder stays for later runs.'),
    'keep-state': optional({ kind: 'flag' }, 'Whether the cache of the builder stays for later runs.'),
  },
  {
    hints: { tls: TLS_HINT, 'tls-ca': TLS_HINT, 'tls-cert': TLS_HINT, 'tls-key': TLS_HINT },
    description: 'How the builder of this pool is made. Inputs of the build action are stronger.',
  },
)

/** What stands under `builder` of a pool. */
export type BuilderContent = Value<typeof builder>
/** One of its nodes. */
export type NodeContent = Value<typeof node>
