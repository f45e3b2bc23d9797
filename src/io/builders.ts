import { randomBytes } from 'node:crypto'
import { isMembers, type Members } from '../oci/json.ts'
import { parsePlatform, type Platform } from '../oci/platform.ts'
import type { Builder } from '../plan/builder.ts'
import { SetupError } from '../problem.ts'
import type { Docker } from './docker.ts'

/** What is known of the Docker engine. */
export type Engine = {
  readonly version: string
  readonly platform: Platform
  /** Whether it keeps images in containerd; without it, its BuildKit cannot export registry cache. */
  readonly containerdStore: boolean
}

/** The engine, Buildx and its builders. Everything throws a SetupError that says what is missing and what to do. */
export type Builders = {
  /** Asks the engine what it is. */
  readonly engine: () => Promise<Engine>
  /** Buildx's version, `0.29.1`. Throws also when it is too old. */
  readonly buildxVersion: () => Promise<string>
  /** All builders of this user. */
  readonly list: () => Promise<readonly Builder[]>
  /** A new `docker-container` builder, started; the caller removes it. */
  readonly create: () => Promise<Builder>
  /** Removes a builder that was created. Never throws: the machine of the job goes away, and the builder with it. */
  readonly remove: (name: string) => Promise<void>
}

/** The first Buildx that shares a local context between the targets of one bake call. */
const MIN_BUILDX: readonly [number, number] = [0, 17]

const NO_DOCKER = 'there is no docker in PATH; install Docker, or run the job on a runner that has it'
const INSTALL_BUILDX = 'install the docker-buildx-plugin package, or use docker/setup-buildx-action before this step'

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What Docker prints for `{{json .}}`; empty for anything else, such as a warning on a line of its own. */
const parseLine = (line: string): Members => {
  try {
    const value: unknown = JSON.parse(line)
    return isMembers(value) ? value : {}
  } catch {
    return {}
  }
}

const readEngine = async (docker: Docker): Promise<Engine> => {
  const { code, stdout, stderr } = await docker.query(['info', '--format', '{{json .}}'])
  if (code === 127) throw new SetupError(NO_DOCKER)
  const info = parseLine(stdout)
  const version = textOf(info['ServerVersion'])
  if (code !== 0 || version === undefined) {
    const why = lastLine(stderr) || 'no version'
    throw new SetupError(`the Docker engine does not answer (${why}); start it, or set DOCKER_HOST`)
  }
  return {
    version,
    platform: parsePlatform(`${String(info['OSType'])}/${String(info['Architecture'])}`) ?? 'linux/amd64',
    containerdStore: JSON.stringify(info['DriverStatus'] ?? '').includes('io.containerd.snapshotter'),
  }
}

const readBuildxVersion = async (docker: Docker): Promise<string> => {
  const { code, stdout } = await docker.query(['buildx', 'version'])
  if (code === 127) throw new SetupError(NO_DOCKER)
  const [, version, major, minor] = /\bv?((\d+)\.(\d+)\.\d+)/.exec(stdout) ?? []
  if (code !== 0 || version === undefined) throw new SetupError(`Docker has no Buildx; ${INSTALL_BUILDX}`)
  if (Number(major) === MIN_BUILDX[0] && Number(minor) < MIN_BUILDX[1]) {
    const needed = MIN_BUILDX.join('.')
    throw new SetupError(`Buildx ${version} is too old, ${needed} or newer is needed; ${INSTALL_BUILDX}`)
  }
  return version
}

/** Reads one line of `docker buildx ls --format '{{json .}}'`; undefined for a line that describes no builder. */
export const parseBuilder = (line: string): Builder | undefined => {
  const fields = parseLine(line)
  const [name, driver] = [textOf(fields['Name']), textOf(fields['Driver'])]
  if (name === undefined || driver === undefined) return undefined
  const nodes = listOf(fields['Nodes']).filter(isMembers)
  const platforms = nodes.flatMap((node) => listOf(node['Platforms']).flatMap((text) => textOf(text) ?? []))
  const buildkit = nodes.flatMap((node) => textOf(node['Version']) ?? [])[0]
  const error = [fields, ...nodes].flatMap((each) => textOf(each['Err']) ?? [])[0]
  return {
    name,
    driver,
    current: fields['Current'] === true,
    platforms: [...new Set(platforms.flatMap((platform) => parsePlatform(platform) ?? []))],
    ...(buildkit === undefined ? {} : { buildkit }),
    ...(error === undefined ? {} : { error }),
  }
}

const listBuilders = async (docker: Docker): Promise<readonly Builder[]> => {
  const { code, stdout, stderr } = await docker.query(['buildx', 'ls', '--format', '{{json .}}'])
  if (code !== 0) throw new SetupError(`docker buildx ls failed: ${lastLine(stderr)}`)
  return stdout.split('\n').flatMap((line) => parseBuilder(line) ?? [])
}

const removeBuilder = async (docker: Docker, name: string): Promise<void> => {
  await docker.query(['buildx', 'rm', '--force', name])
}

/** With the host's network, since registries on loopback shall be reached. */
const createBuilder = async (docker: Docker): Promise<Builder> => {
  const name = `strata-${randomBytes(6).toString('hex')}`
  const create = ['buildx', 'create', '--name', name, '--driver', 'docker-container', '--driver-opt', 'network=host']
  const flags = ['--buildkitd-flags', '--allow-insecure-entitlement network.host', '--bootstrap']
  const created = await docker.query([...create, ...flags])
  if (created.code !== 0) {
    await removeBuilder(docker, name)
    const remedy =
      'use docker/setup-buildx-action before this step, or turn on the containerd image store of the engine'
    throw new SetupError(`a docker-container builder could not be started (${lastLine(created.stderr)}); ${remedy}`)
  }
  const builder = (await listBuilders(docker)).find((known) => known.name === name)
  return builder ?? { name, driver: 'docker-container', current: false, platforms: [] }
}

/** The builders that a Docker CLI knows. */
export const createBuilders = (docker: Docker): Builders => ({
  engine: () => readEngine(docker),
  buildxVersion: () => readBuildxVersion(docker),
  list: () => listBuilders(docker),
  create: () => createBuilder(docker),
  remove: (name) => removeBuilder(docker, name),
})
