import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseBinfmtHandler, type Binfmt } from '../plan/emulation.ts'
import type { Docker } from './docker.ts'
import { lastLine } from './engine.ts'
import { isMissing } from './missing.ts'

/** The kernel's handlers for foreign programs, and the installation of further ones. */
export type Emulators = {
  /** What this machine's kernel has; nothing where binfmt_misc is not mounted or cannot be read. */
  readonly read: () => Promise<Binfmt>
  /**
   * Registers handlers on the engine's machine with a privileged container of the first of the images that can be had.
   * Resolves with why it could not, or with nothing. The signal stops it.
   */
  readonly install: (
    images: readonly string[],
    architectures: readonly string[],
    signal: AbortSignal,
  ) => Promise<string | undefined>
}

/** Files of binfmt_misc that are no handlers (Linux, Documentation/admin-guide/binfmt-misc.rst). */
const CONTROLS: readonly string[] = ['register', 'status']

/** Reads the folder of binfmt_misc. */
export const readBinfmt = async (folder: string): Promise<Binfmt> => {
  try {
    const names = (await readdir(folder)).filter((name) => !CONTROLS.includes(name))
    const handlers = names
      .sort()
      .map(async (name) => parseBinfmtHandler(name, await readFile(join(folder, name), 'utf8')))
    // An empty folder is one where nothing is mounted.
    const status = names.length === 0 ? 'enabled' : await readFile(join(folder, 'status'), 'utf8')
    return { enabled: status.trim() !== 'disabled', handlers: await Promise.all(handlers) }
  } catch (error) {
    if (isMissing(error)) return { enabled: true, handlers: [] }
    throw error
  }
}

const install = async (
  docker: Docker,
  images: readonly string[],
  architectures: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> => {
  let failure: string | undefined
  for (const image of images) {
    if (signal.aborted) return failure
    const args = ['run', '--rm', '--privileged', '--network', 'none', image, '--install', architectures.join(',')]
    const { code, stderr } = await docker.query(args, { signal })
    if (code === 0) return undefined
    failure = `${image}: ${lastLine(stderr) || `exit code ${code}`}`
  }
  return failure
}

/** The emulators of this machine, which Docker's engine is on. */
export const createEmulators = (docker: Docker): Emulators => ({
  read: () => readBinfmt('/proc/sys/fs/binfmt_misc'),
  install: (images, architectures, signal) => install(docker, images, architectures, signal),
})
