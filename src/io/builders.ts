import { randomBytes } from 'node:crypto'
import { parsePlatform, type Platform } from '../oci/platform.ts'
import type { Builder } from '../plan/builder.ts'
import { SetupError } from '../problem.ts'
import type { Docker, Output } from './docker.ts'

/** The first Buildx that shares a local context between the targets of one bake call. */
const MIN_BUILDX: readonly [number, number] = [0, 17]

const INSTALL = 'install Docker, or run the job on a runner that has it'
const INSTALL_BUILDX = 'install the docker-buildx-plugin package, or use docker/setup-buildx-action before this step'

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

/** What is known of the Docker engine. */
export type Engine = {
  readonly version: string
  readonly platform: Platform
  readonly containerdStore: boolean
}

/** Asks the engine what it is. Throws a SetupError when there is no Docker CLI or no engine answers. */
export const readEngine = async (docker: Docker): Promise<Engine> => {
  const { code, stdout, stderr } = await docker.query(['info', '--format', '{{json .}}'])
  if (code === 127) throw new SetupError(`there is no docker in PATH; ${INSTALL}`)
  const info = parseObject(stdout)
  const version = info['ServerVersion']
  if (code !== 0 || typeof version !== 'string' || version === '') {
    throw new SetupError(`the Docker engine does not answer (${lastLine(stderr) || 'no version'}); start it, or set DOCKER_HOST`)
  }
  return {
    version,
    platform: parsePlatform(`${String(info['OSType'])}/${String(info['Architecture'])}`) ?? 'linux/amd64',
    containerdStore: JSON.stringify(info['DriverStatus'] ?? '').includes('io.containerd.snapshotter'),
  }
}

/** Buildx's version, `0.29.1`. Throws a SetupError when there is no Buildx, or one that is too old. */
export const readBuildxVersion = async (docker: Docker): Promise<string> => {
  const { code, stdout } = await docker.query(['buildx', 'version'])
  if (code === 127) throw new SetupError(`there is no docker in PATH; ${INSTALL}`)
  const [, version, major, minor] = /\bv?((\d+)\.(\d+)\.\d+)/.exec(stdout) ?? []
  if (code !== 0 || version === undefined) throw new SetupError(`Docker has no Buildx; ${INSTALL_BUILDX}`)
  if (Number(major) === MIN_BUILDX[0] && Number(minor) < MIN_BUILDX[1]) {
    throw new SetupError(`Buildx ${version} is too old, 0.17 or newer is needed; ${INSTALL_BUILDX}`)
  }
  return version
}

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Reads one line of `docker buildx ls --format '{{json .}}'`. */
export const parseBuilder = (line: string): Builder | undefined => {
  const fields = parseObject(line)
  const [name, driver] = [text(fields['Name']), text(fields['Driver'])]
  if (name === undefined || driver === undefined) return undefined
  const nodes = Array.isArray(fields['Nodes']) ? fields['Nodes'].map((node) => parseObject(JSON.stringify(node))) : []
  const platforms = nodes.flatMap((node) => texts(node['Platforms'])).flatMap((name) => parsePlatform(name) ?? [])
  const buildkit = nodes.map((node) => text(node['Version'])).find((version) => version !== undefined)
  const error = text(fields['Err']) ?? nodes.map((node) => text(node['Err'])).find((message) => message !== undefined)
  return {
    name,
    driver,
    current: fields['Current'] === true,
    platforms: [...new Set(platforms)],
    ...(buildkit === undefined ? {} : { buildkit }),
    ...(error === undefined ? {} : { error }),
  }
}

const orThrow = ({ code, stdout, stderr }: Output, what: string): string => {
  if (code === 0) return stdout
  throw new SetupError(`${what} failed: ${lastLine(stderr)}`)
}

/** All builders of this user. */
export const listBuilders = async (docker: Docker): Promise<readonly Builder[]> => {
  const stdout = orThrow(await docker.query(['buildx', 'ls', '--format', '{{json .}}']), 'docker buildx ls')
  return stdout.split('\n').flatMap((line) => parseBuilder(line) ?? [])
}

/** A new `docker-container` builder, started; the caller removes it. `network=host` lets it reach loopback registries. */
export const createBuilder = async (docker: Docker): Promise<Builder> => {
  const name = `strata-${randomBytes(6).toString('hex')}`
  const create = ['buildx', 'create', '--name', name, '--driver', 'docker-container', '--driver-opt', 'network=host']
  const flags = ['--buildkitd-flags', '--allow-insecure-entitlement network.host', '--bootstrap']
  const created = await docker.query([...create, ...flags])
  if (created.code !== 0) {
    await removeBuilder(docker, name)
    const remedy = 'use docker/setup-buildx-action before this step, or turn on the containerd image store of the engine'
    throw new SetupError(`a docker-container builder could not be started (${lastLine(created.stderr)}); ${remedy}`)
  }
  const builder = (await listBuilders(docker)).find((known) => known.name === name)
  return builder ?? { name, driver: 'docker-container', current: false, platforms: [] }
}

/** Removes a builder that {@link createBuilder} made. Failures are not worth a word: the job's machine goes away. */
export const removeBuilder = async (docker: Docker, name: string): Promise<void> => {
  await docker.query(['buildx', 'rm', '--force', name])
}
