import { DRIVER_OPTION, type Driver } from '../factory/drivers.ts'
import { parseMirror, type RegistryMirror } from '../oci/mirror.ts'
import { parseReference } from '../oci/reference.ts'
import { parseNodes } from '../plan/builder-nodes.ts'
import { BUILDKIT_IMAGE, type BuilderSettings, type NodeSettings, type NodeTls } from '../plan/builder-settings.ts'
import { inputError } from '../problem.ts'
import { bool, count, lines, optional, type ReadInput } from './read-input.ts'

/** An image reference that an input names. Throws an InputError when it is none. */
export const readImage = (read: ReadInput, name: string, byDefault: string): string => {
  const text = read(name)
  if (text === '') return byDefault
  if (parseReference(text) !== undefined) return text
  throw inputError(`input ${name} is ${JSON.stringify(text)}`, { expected: 'an image reference' })
}

/** `mirror` for Docker Hub, or `registry=mirror`. */
export const readMirrors = (read: ReadInput): readonly RegistryMirror[] =>
  lines(read('registry-mirrors')).map((line) => {
    const mirror = parseMirror(line)
    if (mirror !== undefined) return mirror
    throw inputError(`a line of input registry-mirrors is ${JSON.stringify(line)}`, {
      expected: 'the host of a mirror of Docker Hub, or registry=mirror',
    })
  })

/** Options of the first node, one a line. */
export const driverOptions = (read: ReadInput): readonly string[] => {
  const options = lines(read('driver-opts'))
  const wrong = options.find((option) => !DRIVER_OPTION.test(option))
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
      ...{ platforms: [], driverOpts: driverOptions(read), tls },
      ...optional('endpoint', endpoint),
      ...optional('buildkitdFlags', read('buildkitd-flags')),
    },
  ]
}

/** The nodes of a new builder with their TLS material. Throws an InputError when the driver is remote and there is none. */
export const readNodes = (read: ReadInput, driver: Driver, env: NodeJS.ProcessEnv): readonly NodeSettings[] => {
  const first = firstNode(read, driver)
  const listed = read('nodes') === '' ? [] : parseNodes(read('nodes'), { driver, isOnly: first.length === 0 })
  const nodes = [...first, ...listed]
  if (nodes.length === 0) {
    throw inputError('input driver is remote, and no BuildKit is named', {
      expected: 'input endpoint, for example tcp://buildkit.example:1234, or endpoints in input nodes',
    })
  }
  return driver === 'remote' ? nodes.map((node, index) => ({ ...node, tls: readTls(node, index, env) })) : nodes
}

/** Settings that mean the same whatever the driver is, checked. */
export const readCommon = (read: ReadInput): Omit<BuilderSettings, 'driver' | 'nodes' | 'given'> => ({
  keepBuilder: bool(read, 'keep-builder', false),
  keepState: bool(read, 'keep-state', false),
  image: readImage(read, 'buildkit-image', BUILDKIT_IMAGE),
  config: {
    ...optional('path', read('buildkitd-config')),
    ...optional('text', read('buildkitd-config-inline')),
  },
  mirrors: readMirrors(read),
  ...(read('max-parallelism') === ''
    ? {}
    : { maxParallelism: Math.floor(count(read, 'max-parallelism', { byDefault: 1, least: 1, most: 1024 })) }),
})
