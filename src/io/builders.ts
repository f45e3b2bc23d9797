import { randomBytes } from 'node:crypto'
import { isMembers } from '../oci/json.ts'
import { parsePlatform } from '../oci/platform.ts'
import type { Builder, BuilderNode } from '../plan/builder-platforms.ts'
import { SetupError } from '../problem.ts'
import type { Docker } from './docker.ts'
import { lastLine, NO_DOCKER, parseLine, readEngine, textOf, type Engine } from './engine.ts'

/** What becomes of a builder's cache when it is removed. */
export type RemoveOptions = { readonly keepState: boolean }

/** The engine, Buildx and its builders. Everything throws a SetupError that says what is missing and what to do. */
export type Builders = {
  /** What the engine is; it is asked once. */
  readonly engine: () => Promise<Engine>
  /** Buildx's version, `0.29.1`. Throws also when it is too old. */
  readonly buildxVersion: () => Promise<string>
  /** A name that no builder has. */
  readonly uniqueName: () => string
  /** All builders of this user. */
  readonly list: () => Promise<readonly Builder[]>
  /**
   * Runs the commands that make a builder of that name, and starts it. Resolves with why it could not be, or with
   * nothing; what was made by then is left to the caller. Ends early when the signal says so.
   */
  readonly create: (
    name: string,
    commands: readonly (readonly string[])[],
    signal: AbortSignal,
  ) => Promise<string | undefined>
  /** Removes a builder that was created. Never throws: there may be none, and then nothing is to be done. */
  readonly remove: (name: string, options: RemoveOptions) => Promise<void>
}

/** The first Buildx that shares a local context between the targets of one bake call. */
const MIN_BUILDX: readonly [number, number] = [0, 17]

const INSTALL_BUILDX = 'install the docker-buildx-plugin package, or use docker/setup-buildx-action before this step'

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

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

/** A platform that was given to a node has a star. */
const parseListed = (text: unknown): string | readonly never[] =>
  parsePlatform((textOf(text) ?? '').replace(/\*$/, '')) ?? []

const parseNode = (node: Readonly<Record<string, unknown>>): BuilderNode => {
  const options = node['DriverOpts']
  const image = isMembers(options) ? textOf(options['image']) : undefined
  return {
    name: textOf(node['Name']) ?? '',
    endpoint: textOf(node['Endpoint']) ?? '',
    platforms: [...new Set(listOf(node['Platforms']).flatMap(parseListed))],
    ...(image === undefined ? {} : { image }),
  }
}

/** Reads one line of `docker buildx ls --format '{{json .}}'`; undefined for a line that describes no builder. */
export const parseBuilder = (line: string): Builder | undefined => {
  const fields = parseLine(line)
  const [name, driver] = [textOf(fields['Name']), textOf(fields['Driver'])]
  if (name === undefined || driver === undefined) return undefined
  const nodes = listOf(fields['Nodes']).filter(isMembers)
  const buildkit = nodes.flatMap((node) => textOf(node['Version']) ?? [])[0]
  const error = [fields, ...nodes].flatMap((each) => textOf(each['Err']) ?? [])[0]
  return {
    name,
    driver,
    current: fields['Current'] === true,
    nodes: nodes.map(parseNode),
    ...(buildkit === undefined ? {} : { buildkit }),
    ...(error === undefined ? {} : { error }),
  }
}

const listBuilders = async (docker: Docker): Promise<readonly Builder[]> => {
  const { code, stdout, stderr } = await docker.query(['buildx', 'ls', '--format', '{{json .}}'])
  if (code !== 0) throw new SetupError(`docker buildx ls failed: ${lastLine(stderr)}`)
  return stdout.split('\n').flatMap((line) => parseBuilder(line) ?? [])
}

const removeBuilder = async (docker: Docker, name: string, { keepState }: RemoveOptions): Promise<void> => {
  await docker.query(['buildx', 'rm', '--force', ...(keepState ? ['--keep-state'] : []), name])
}

/** Runs Docker to its end or until it is stopped. Resolves with why it failed, or with nothing. */
const attempt = async (docker: Docker, args: readonly string[], signal: AbortSignal): Promise<string | undefined> => {
  let errors = ''
  const code = await docker.run(args, {
    env: {},
    signal,
    onStderr: (chunk) => {
      errors += chunk.toString('utf8')
    },
  })
  return code === 0 ? undefined : lastLine(errors) || `exit code ${code}`
}

const createBuilder = async (
  docker: Docker,
  name: string,
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<string | undefined> => {
  for (const args of [...commands, ['buildx', 'inspect', '--bootstrap', '--builder', name]]) {
    const failure = await attempt(docker, args, signal)
    if (failure !== undefined) return failure
  }
  return undefined
}

/** The builders that a Docker CLI knows. */
export const createBuilders = (docker: Docker): Builders => {
  let engine: Promise<Engine> | undefined
  return {
    engine: () => (engine ??= readEngine(docker)),
    buildxVersion: () => readBuildxVersion(docker),
    uniqueName: () => `strata-${randomBytes(6).toString('hex')}`,
    list: () => listBuilders(docker),
    create: (name, commands, signal) => createBuilder(docker, name, commands, signal),
    remove: (name, options) => removeBuilder(docker, name, options),
  }
}
