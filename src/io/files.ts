import { glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { BuiltImage } from '../canary/changeset.ts'
import { readBuiltImage } from './image-layout.ts'
import { type ArchiveContent, readArchive } from './archive.ts'
import { isMissing } from './missing.ts'

/** Files of the workspace, and the folder for what the run makes. */
export type Files = {
  /** Text of a file; a relative path is relative to the workspace. Undefined when there is no such file. */
  readonly read: (path: string) => Promise<string | undefined>
  /** What a tar archive holds; undefined when there is no such file. */
  readonly readArchive: (path: string) => Promise<ArchiveContent | undefined>
  /** Files that match one of the globs, relative to the workspace, sorted. */
  readonly find: (globs: readonly string[]) => Promise<readonly string[]>
  /** Writes a text, or its pieces one after another. */
  readonly write: (path: string, text: string | Iterable<string>) => Promise<void>
  /** Writes a file that can be run. */
  readonly writeProgram: (path: string, bytes: Uint8Array) => Promise<void>
  /** Writes a file that only this user can read. */
  readonly writeSecret: (path: string, text: string) => Promise<void>
  /** Removes a folder of the run's own with all that is in it; does nothing when there is none. */
  readonly removeFolder: (path: string) => Promise<void>
  /** Moves a file of the run's own to another folder of its. */
  readonly move: (from: string, to: string) => Promise<void>
  /** A new folder below the runner's temporary folder. */
  readonly makeFolder: (name: string) => Promise<string>
  /** The image in a folder that Buildx wrote as OCI image layout. */
  readonly readImage: (folder: string) => Promise<BuiltImage>
  /** Absolute form of a path of the workspace. */
  readonly absolute: (path: string) => string
}

/** Files below a workspace; `temporary` is the runner's folder for what lives as long as the job. */
export const createFiles = (workspace: string, temporary: string): Files => {
  const absolute = (path: string): string => resolve(workspace, path)
  return {
    absolute,
    readImage: readBuiltImage,
    read: async (path) => {
      try {
        return await readFile(absolute(path), 'utf8')
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    readArchive: async (path) => {
      try {
        return await readArchive(absolute(path))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    find: async (globs) => {
      const found = await Array.fromAsync(glob([...globs], { cwd: workspace, withFileTypes: true }))
      const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      return [...new Set(paths.map((path) => relative(workspace, path)))].sort()
    },
    write: async (path, text) => {
      await mkdir(dirname(absolute(path)), { recursive: true })
      await writeFile(absolute(path), text)
    },
    writeProgram: (path, bytes) => writeFile(absolute(path), bytes, { mode: 0o755 }),
    writeSecret: (path, text) => writeFile(absolute(path), text, { mode: 0o600, flag: 'wx' }),
    removeFolder: (path) => rm(absolute(path), { recursive: true, force: true }),
    move: async (from, to) => {
      await mkdir(dirname(absolute(to)), { recursive: true })
      await rename(absolute(from), absolute(to))
    },
    makeFolder: async (name) => {
      await mkdir(temporary, { recursive: true })
      return mkdtemp(join(temporary, `${name}-`))
    },
  }
}
