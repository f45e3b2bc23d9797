import { parseReference } from '../oci/reference.ts'
import { parseNodes } from '../plan/builder-nodes.ts'
import {
  BUILDKIT_IMAGE,
  DRIVERS,
  type BuilderSettings,
  type Driver,
  type NodeSettings,
  type NodeTls,
  type RegistryMirror,
} from '../plan/builder-settings.ts'
import { BINFMT_IMAGE } from '../plan/emulation.ts'
import { inputError } from '../problem.ts'
import { bool, choice, count, lines, optional, type ReadInput } from './read-input.ts'

/** When emulators are installed: where nothing else runs a platform, for every foreign platform, or not at all. */
export type Qemu = 'auto' | 'always' | 'never'

/** What builds, as far as the user has a say in it. */
export type BuilderInputs = {
  /** Name of an existing builder. */
  readonly name?: string
  /** How a new one is made, should one be needed. */
  readonly settings: BuilderSettings
  readonly qemu: Qemu
  readonly qemuImage: string
}

/** Inputs that say how a new builder is made. */
const SETTINGS = [
  ...['driver-opts', 'buildkitd-flags', 'buildkitd-config', 'buildkitd-config-inline', 'buildkit-image'],
  ...['registry-mirrors', 'max-parallelism', 'endpoint', 'tls-ca', 'tls-cert', 'tls-key', 'nodes'],
] as const

type Setting = (typeof SETTINGS)[number]

/** Inputs that say nothing to a driver: a remote BuildKit is as it was started, and the engine as it was set up. */
const MEANINGLESS: Readonly<Record<Driver, readonly Setting[]>> = {
  'docker-container': ['tls-ca', 'tls-cert', 'tls-key'],
  kubernetes: ['tls-ca', 'tls-cert', 'tls-key'],
  remote: [
    ...['buildkitd-flags', 'buildkitd-config', 'buildkitd-config-inline', 'buildkit-image'],
    ...['registry-mirrors', 'max-parallelism'],
  ] as const,
  docker: SETTINGS,
}

const image = (read: ReadInput, name: string, byDefault: string): string => {
  const text = read(name)
  if (text === '') return byDefault
  if (parseReference(text) !== undefined) return text
  throw inputError(`input ${name} is ${JSON.stringify(text)}`, { expected: 'an image reference' })
}

/** A host, perhaps with a path below it. A name without a dot or port would be a path on Docker Hub. */
const isHost = (text: string): boolean => {
  const registry = parseReference(`${text}/a`)?.registry
  return registry !== undefined && (registry !== 'docker.io' || text === 'docker.io')
}

/** `mirror` for Docker Hub, or `registry=mirror`. */
const mirrors = (read: ReadInput): readonly RegistryMirror[] =>
  lines(read('registry-mirrors')).map((line) => {
    const [, registry = 'docker.io', mirror = ''] = /^(?:([^=]+?)\s*=\s*)?(.*)$/.exec(line) ?? []
    if (isHost(registry) && isHost(mirror)) return { registry, mirror }
    throw inputError(`a line of input registry-mirrors is ${JSON.stringify(line)}`, {
      expected: 'the host of a mirror of Docker Hub, or registry=mirror',
    })
  })

const driverOpts = (read: ReadInput): readonly string[] => {
  const options = lines(read('driver-opts'))
  const wrong = options.find((option) => !/^"?[^=]+=/.test(option))
  if (wrong === undefined) return options
  throw inputError(`a line of input driver-opts is ${JSON.stringify(wrong)}`, { expected: 'key=value on each line' })
}

/** PEM as it is, or that of the variable that the text names. A text that is neither may be a secret: it is not shown. */
const pem = (text: string, what: string, env: NodeJS.ProcessEnv): string => {
  if (text.startsWith('-----BEGIN ')) return text
  if (!/^[A-Za-z_]\w*$/.test(text)) {
    throw inputError(`${what} is neither PEM nor the name of an environment variable`)
  }
  const value = env[text] ?? ''
  if (value.startsWith('-----BEGIN ')) return value
  throw inputError(
    `${what} names the environment variable ${text}, which ${value === '' ? 'is not set' : 'is no PEM'}`,
    {
      hint: 'set it with env: on the step',
    },
  )
}

/** As docker/setup-buildx-action calls them; the first node is 0. */
const SETUP_BUILDX_NAMES = { ca: 'CACERT', cert: 'CERT', key: 'KEY' } as const

/** TLS material of a node, read. */
const readTls = ({ tls, name }: NodeSettings, index: number, env: NodeJS.ProcessEnv): NodeTls => {
  const entries = (['ca', 'cert', 'key'] as const).flatMap((part) => {
    const variable = `BUILDER_NODE_${index}_AUTH_TLS_${SETUP_BUILDX_NAMES[part]}`
    const text = tls[part] ?? (env[variable] === undefined ? undefined : variable)
    return text === undefined ? [] : [[part, pem(text, `TLS ${part} of node ${name ?? index}`, env)] as const]
  })
  const made: NodeTls = Object.fromEntries(entries)
  if ((made.cert === undefined) === (made.key === undefined)) return made
  throw inputError(`node ${name ?? index} has a TLS ${made.cert === undefined ? 'key' : 'cert'} and not the other`, {
    expected: 'cert and key together, for mutual TLS',
  })
}

/** The node that the inputs themselves describe; a remote builder may be of listed nodes alone. */
const firstNode = (read: ReadInput, driver: Driver): readonly NodeSettings[] => {
  const endpoint = read('endpoint')
  const isListedOnly = driver === 'remote' && endpoint === ''
  if (isListedOnly) return []
  const tls = {
    ...optional('ca', read('tls-ca')),
    ...optional('cert', read('tls-cert')),
    ...optional('key', read('tls-key')),
  }
  return [
    {
      ...{ platforms: [], driverOpts: driverOpts(read), tls },
      ...optional('endpoint', endpoint),
      ...optional('buildkitdFlags', read('buildkitd-flags')),
    },
  ]
}

const readNodes = (read: ReadInput, driver: Driver, env: NodeJS.ProcessEnv): readonly NodeSettings[] => {
  const listed = read('nodes') === '' ? [] : parseNodes(read('nodes'), driver)
  const nodes = [...firstNode(read, driver), ...listed]
  if (nodes.length === 0) {
    throw inputError('input driver is remote, and no BuildKit is named', {
      expected: 'input endpoint, for example tcp://buildkit.example:1234, or endpoints in input nodes',
    })
  }
  return driver === 'remote' ? nodes.map((node, index) => ({ ...node, tls: readTls(node, index, env) })) : nodes
}

/** Inputs that contradict each other are told before anything is done. */
const checkTogether = (read: ReadInput, driver: Driver): void => {
  const given = (name: string): boolean => read(name) !== ''
  const settings = SETTINGS.filter(given)
  const asked = [...(given('driver') ? ['driver'] : []), ...settings]
  if (given('builder') && asked.length > 0) {
    throw inputError(`input builder names an existing builder, which ${asked.join(', ')} cannot change`, {
      hint: 'leave out either',
    })
  }
  const meaningless = settings.filter((name) => MEANINGLESS[driver].includes(name))
  if (meaningless.length > 0) {
    throw inputError(`input ${meaningless.join(', ')} says nothing to the driver ${driver}`, { hint: 'leave it out' })
  }
  if (given('buildkitd-config') && given('buildkitd-config-inline')) {
    throw inputError('inputs buildkitd-config and buildkitd-config-inline are both given', { expected: 'one of them' })
  }
}

const hasTls = ({ tls }: NodeSettings): boolean => Object.keys(tls).length > 0

/** Reads the inputs about builders and emulation. Throws an InputError that says what contradicts what. */
export const readBuilderInputs = (read: ReadInput, env: NodeJS.ProcessEnv): BuilderInputs => {
  const driver = choice(read, 'driver', DRIVERS)
  checkTogether(read, driver)
  const nodes = readNodes(read, driver, env)
  const keepBuilder = bool(read, 'keep-builder', false)
  if (keepBuilder && nodes.some(hasTls)) {
    throw inputError('a builder with TLS material from secrets cannot be kept: its files are removed', {
      hint: 'leave out keep-builder, or name files that stay in driver-opts: cacert=…, cert=…, key=…',
    })
  }
  return {
    ...optional('name', read('builder')),
    settings: {
      ...{ driver, nodes, keepBuilder, keepState: bool(read, 'keep-state', false) },
      image: image(read, 'buildkit-image', BUILDKIT_IMAGE),
      config: {
        ...optional('path', read('buildkitd-config')),
        ...optional('text', read('buildkitd-config-inline')),
      },
      mirrors: mirrors(read),
      ...(read('max-parallelism') === ''
        ? {}
        : { maxParallelism: Math.floor(count(read, 'max-parallelism', { byDefault: 1, least: 1, most: 1024 })) }),
      given: ['driver', ...SETTINGS].filter((name) => read(name) !== '' && driver !== 'docker'),
    },
    qemu: choice(read, 'qemu', ['auto', 'always', 'never']),
    qemuImage: image(read, 'qemu-image', BINFMT_IMAGE),
  }
}
