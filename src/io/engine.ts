import { isMembers, type Members } from '../oci/json.ts'
import { parsePlatform, type Platform } from '../oci/platform.ts'
import { SetupError } from '../problem.ts'
import type { Docker } from './docker.ts'

/** What is known of the Docker engine. */
export type Engine = {
  readonly version: string
  readonly platform: Platform
  /** Whether it keeps images in containerd; without it, its BuildKit cannot export registry cache. */
  readonly containerdStore: boolean
  /** Number of CPUs; undefined when it does not say. */
  readonly cpus?: number
  /** Folder of its images, on its machine. */
  readonly dataRoot?: string
}

/** What to say where the Docker CLI is missing. */
export const NO_DOCKER = 'there is no docker in PATH; install Docker, or run the job on a runner that has it'

/** The last line of what a command printed, which says why it failed. */
export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

/** A text that is not empty. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** What Docker prints for `{{json .}}`; empty for anything else, such as a warning on a line of its own. */
export const parseLine = (line: string): Members => {
  try {
    const value: unknown = JSON.parse(line)
    return isMembers(value) ? value : {}
  } catch {
    return {}
  }
}

/** Asks the engine what it is. Throws a SetupError when there is no Docker, or the engine does not answer. */
export const readEngine = async (docker: Docker): Promise<Engine> => {
  const { code, stdout, stderr } = await docker.query(['info', '--format', '{{json .}}'])
  if (code === 127) throw new SetupError(NO_DOCKER)
  const info = parseLine(stdout)
  const version = textOf(info['ServerVersion'])
  if (code !== 0 || version === undefined) {
    const why = lastLine(stderr) || 'no version'
    throw new SetupError(`the Docker engine does not answer (${why}); start it, or set DOCKER_HOST`)
  }
  const [cpus, dataRoot] = [info['NCPU'], textOf(info['DockerRootDir'])]
  return {
    version,
    platform: parsePlatform(`${String(info['OSType'])}/${String(info['Architecture'])}`) ?? 'linux/amd64',
    containerdStore: JSON.stringify(info['DriverStatus'] ?? '').includes('io.containerd.snapshotter'),
    ...(typeof cpus === 'number' && cpus > 0 ? { cpus } : {}),
    ...(dataRoot === undefined ? {} : { dataRoot }),
  }
}
