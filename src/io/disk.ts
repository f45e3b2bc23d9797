import { getExecOutput } from '@actions/exec'
import { lstat, statfs } from 'node:fs/promises'
import type { Room } from '../plan/room.ts'
import { isMissing } from './missing.ts'

/** A folder and what it takes, bytes. */
export type SizedFolder = { readonly path: string; readonly bytes: number }

/** Disks of this machine. */
export type Disk = {
  /** Undefined where the folder is not on this machine or cannot be reached. */
  readonly room: (folder: string) => Promise<Room | undefined>
  /** Those of the folders that there are, in the same order. */
  readonly sizes: (folders: readonly string[]) => Promise<readonly SizedFolder[]>
  /** Removes a folder, as root where that is needed. Resolves with why it could not, or with nothing. */
  readonly remove: (folder: string) => Promise<string | undefined>
}

const readRoom = async (folder: string): Promise<Room | undefined> => {
  try {
    const { bsize, bavail, blocks } = await statfs(folder)
    return { free: bsize * bavail, total: bsize * blocks }
  } catch {
    return undefined
  }
}

/** A link is not followed: what it leads to is somebody else's. */
const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await lstat(path)).isDirectory()
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

const run = async (command: string, args: readonly string[]): Promise<{ code: number; out: string; why: string }> => {
  const options = { silent: true, ignoreReturnCode: true }
  const { exitCode, stdout, stderr } = await getExecOutput(command, [...args], options)
  return { code: exitCode, out: stdout, why: stderr.trim().split('\n').at(-1) ?? '' }
}

/** What cannot be read does not count; `du` says so with its exit code and goes on. */
const readSizes = async (folders: readonly string[]): Promise<readonly SizedFolder[]> => {
  const there = await Promise.all(folders.map(isFolder))
  const found = folders.filter((_, index) => there[index])
  if (found.length === 0) return []
  const { out } = await run('du', ['--summarize', '--one-file-system', '--block-size=1', '--', ...found])
  const sizes = new Map(
    out.split('\n').map((line): [string, number] => {
      const [bytes = '', path = ''] = line.split('\t')
      return [path, Number(bytes)]
    }),
  )
  return found.map((path) => ({ path, bytes: sizes.get(path) ?? 0 }))
}

const remove = async (folder: string): Promise<string | undefined> => {
  const args = ['rm', '--recursive', '--force', '--one-file-system', '--', folder]
  const [command = '', ...rest] = process.getuid?.() === 0 ? args : ['sudo', '--non-interactive', ...args]
  const { code, why } = await run(command, rest)
  return code === 0 ? undefined : why
}

/** The disks of the machine that this runs on. */
export const createDisk = (): Disk => ({ room: readRoom, sizes: readSizes, remove })
