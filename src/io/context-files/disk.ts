import { createHash, hash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { inputError } from '../../problem.ts'
import { memoise } from '../memoise.ts'
import { isMissing } from '../missing.ts'

/** What a path is. Sockets, pipes and devices are no part of a build context. */
export type Kind = 'file' | 'folder' | 'link' | 'special'

/** A file as it enters a key. */
export type FileContent = { readonly mode: '644' | '755'; readonly digest: string }

/**
 * What lies on disk, by absolute paths, as it was when it was first asked for. What is not there, or vanishes
 * meanwhile, is undefined. Throws InputError for what may not be read.
 */
export type Disk = {
  readonly kindOf: (path: string) => Kind | undefined
  /** What lies directly in a folder; nothing for what is no folder. */
  readonly list: (folder: string) => readonly { readonly name: string; readonly kind: Kind }[]
  /** Takes notice of the mode of a folder that is copied as such. */
  readonly noteFolder: (path: string) => void
  /** Where a link leads, as it says itself. */
  readonly linkTarget: (path: string) => string | undefined
  readonly fileContent: (path: string) => FileContent | undefined
  /** Permissions of the files and folders taken so far that are not those git checks out, by path. */
  readonly oddModes: ReadonlyMap<string, number>
}

/** Files up to this many bytes are read whole. */
const BUFFER_BYTES = 1024 * 1024
/** Neither follows a link nor waits at a pipe that took the file's place meanwhile. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const GIT_MODES: Readonly<Record<Kind, readonly number[] | undefined>> = {
  file: [0o644, 0o755],
  folder: [0o755],
  link: undefined,
  special: undefined,
}

const kindIn = (found: Stats | Dirent): Kind => {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'folder'
  return found.isSymbolicLink() ? 'link' : 'special'
}

const unlessMissing = <T>(path: string, read: () => T): T | undefined => {
  try {
    return read()
  } catch (cause) {
    if (isMissing(cause)) return undefined
    const reason = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : String(cause)
    const hint = 'BuildKit could not read it either: make it readable, or list it in .dockerignore'
    throw inputError(`${path}, in a build context, cannot be read: ${reason}`, { hint }, { cause })
  }
}

const digestInParts = (file: number, buffer: Buffer): string => {
  const digest = createHash('sha256')
  let position = 0
  for (;;) {
    const count = readSync(file, buffer, 0, buffer.length, position)
    if (count === 0) return digest.digest('hex')
    digest.update(buffer.subarray(0, count))
    position += count
  }
}

/** A file of the expected size is read with one call; one that is longer, or changes meanwhile, in parts. */
const digestOf = (file: number, size: number, buffer: Buffer): string => {
  const isWhole = size <= buffer.length && readSync(file, buffer, 0, size, 0) === size
  return isWhole ? hash('sha256', buffer.subarray(0, size)) : digestInParts(file, buffer)
}

/** Starts with nothing known. Calls are synchronous: for many small files nothing else is as fast. */
export const createDisk = (): Disk => {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  const oddModes = new Map<string, number>()
  const noteMode = (path: string, kind: Kind, mode: number): void => {
    if (GIT_MODES[kind]?.includes(mode & 0o7777) === false) oddModes.set(path, mode & 0o7777)
  }
  const readContent = (path: string): FileContent => {
    const file = openSync(path, OPEN_FLAGS)
    try {
      const { mode, size } = fstatSync(file)
      noteMode(path, 'file', mode)
      return { mode: (mode & 0o100) === 0 ? '644' : '755', digest: digestOf(file, size, buffer) }
    } finally {
      closeSync(file)
    }
  }
  const readFolder = (path: string) =>
    readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindIn(entry) }))
  return {
    oddModes,
    kindOf: (path) => unlessMissing(path, () => kindIn(lstatSync(path))),
    list: memoise((path) => unlessMissing(path, () => readFolder(path)) ?? []),
    noteFolder: (path) => {
      unlessMissing(path, () => {
        noteMode(path, 'folder', lstatSync(path).mode)
      })
    },
    linkTarget: (path) => unlessMissing(path, () => readlinkSync(path)),
    fileContent: memoise((path) => unlessMissing(path, () => readContent(path))),
  }
}
