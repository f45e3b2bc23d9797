import { readFileSync, realpathSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { ContextEntry, OddModes } from '../layers/context-entry.ts'
import { createDisk, type Disk } from './context-files/disk.ts'
import { parseDockerignore } from './context-files/dockerignore.ts'
import { type ContextFolder, selectEntries } from './context-files/selection.ts'
import { memoise } from './memoise.ts'
import { isMissing } from './missing.ts'

/** Reads what COPY can take out of local build contexts, after their .dockerignore. */
export type ContextReader = {
  /**
   * Entries for each source path or pattern of a context, sorted by path; none where nothing is there. `root` is
   * absolute or relative to the workspace. A file is hashed once, however many patterns and contexts take it, so a
   * reader shows the disk as it was when it first looked. Throws InputError for what may not be read.
   */
  readonly read: (root: string, patterns: readonly string[]) => ReadonlyMap<string, readonly ContextEntry[]>
  /** Of what was read so far, the files that are not 644 or 755 and the folders that are not 755. */
  readonly oddModes: () => OddModes
  /** Of a path that was read, its octal mode, where that is none of those; the path is relative to its root. */
  readonly oddMode: (root: string, path: string) => string | undefined
}

const unlessMissing = <T>(read: () => T, otherwise: T): T => {
  try {
    return read()
  } catch (error) {
    if (isMissing(error)) return otherwise
    throw error
  }
}

const realPath = (path: string): string => unlessMissing(() => realpathSync(path), path)

/** The text of the root's .dockerignore; of one that lies elsewhere nobody may know. */
const readDockerignore = (root: string): string => {
  const path = realPath(join(root, '.dockerignore'))
  return path.startsWith(join(root, sep)) ? unlessMissing(() => readFileSync(path, 'utf8'), '') : ''
}

const openContext = (root: string, disk: Disk): ContextFolder => ({
  root,
  disk,
  ignore: parseDockerignore(readDockerignore(root)),
})

const describeOddModes = (modes: ReadonlyMap<string, number>, workspace: string): OddModes => {
  const [path] = [...modes.keys()].sort()
  const mode = path === undefined ? undefined : modes.get(path)
  if (path === undefined || mode === undefined) return { count: 0 }
  return { count: modes.size, first: { path: relative(workspace, path), mode: mode.toString(8) } }
}

/** A reader of the contexts of a workspace. Nothing is read before it is asked for. */
export const createContextReader = (workspace: string): ContextReader => {
  const disk = createDisk()
  const rootOf = memoise((root) => realPath(resolve(workspace, root)))
  const sourcesIn = memoise((root) => {
    const context = openContext(root, disk)
    return memoise((source) => selectEntries(context, source))
  })
  return {
    read: (root, patterns) => {
      const select = sourcesIn(rootOf(root))
      return new Map(patterns.map((pattern) => [pattern, select(pattern)]))
    },
    oddMode: (root, path) => disk.oddModes.get(join(rootOf(root), path))?.toString(8),
    oddModes: () => describeOddModes(disk.oddModes, realPath(workspace)),
  }
}
