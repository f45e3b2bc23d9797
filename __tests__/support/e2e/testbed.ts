import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { root } from '../../../script/documents.ts'

const variable = (name: string): string => {
  const value = process.env[name]
  if (value !== undefined && value !== '') return value
  throw new Error(`${name} is not set; run: script/testbed start; eval "$(script/testbed env)"`)
}

/** The test bed that `script/testbed env` points at. */
export const testbed = {
  /** `127.0.0.1:<port>` */
  registry: variable('STRATA_TESTBED_REGISTRY'),
  base: variable('STRATA_TESTBED_BASE'),
  /** Like `base`, with one layer more. */
  base2: variable('STRATA_TESTBED_BASE_2'),
  builder: variable('STRATA_TESTBED_BUILDER'),
} as const

const execute = promisify(execFile)

/** Runs Docker on the test bed and returns what it printed, trimmed. Throws with its error output when it fails. */
export const docker = async (...args: readonly string[]): Promise<string> =>
  (await execute('docker', args, { env: process.env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim()

/** Runs `docker buildx build` on the bed's builder. */
export const buildxBuild = (...args: readonly string[]): Promise<string> =>
  docker('buildx', 'build', '--builder', testbed.builder, '--provenance=false', '--sbom=false', ...args)

/** Makes the builder cold: whatever is not in a registry is gone. */
export const emptyBuilder = async (): Promise<void> => {
  await execute(`${root}script/testbed`, ['empty'], { env: process.env })
}
