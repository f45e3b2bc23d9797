import { posix } from 'node:path'
import type { WorkLayer } from '../factory/work-item.ts'
import { compileSegment } from '../layers/context-glob.ts'
import { isFolderContext, type FolderRead, folderReadOf } from '../layers/context-reads.ts'
import type { Plan } from './plan.ts'

/** Whether a pattern of a COPY takes a path, as `selectEntries` does: part by part, and a folder with all below it. */
const readMatcher = (pattern: string): ((path: string) => boolean) => {
  const segments = posix
    .resolve('/', pattern)
    .split('/')
    .filter((segment) => segment !== '')
    .map(compileSegment)
  return (path) => {
    const parts = path.split('/')
    return segments.length <= parts.length && segments.every((matches, index) => matches(parts[index] ?? ''))
  }
}

/** The folder and pattern that an input of kind `files` is named after: `<path>` or `<context>:<path>`. */
const readOf = (name: string, layer: Pick<WorkLayer, 'contexts'>, mainContext: string): FolderRead | undefined => {
  const [context = '', ...path] = name.split(':')
  const read = path.length > 0 && isFolderContext(layer, context) ? { context, path: path.join(':') } : { path: name }
  return folderReadOf({ ...read, line: 0 }, layer, mainContext)
}

/** Where files are looked up: those of a plan, and the layer that reads them. */
export type FilesOfLayer = {
  readonly files: Plan['files']
  readonly layer: Pick<WorkLayer, 'contexts'>
  /** The main build context, relative to the workspace. */
  readonly context: string
}

/** The files that an input of kind `files` takes, by their paths from the workspace; undefined where none are listed. */
export const filesOf = (
  name: string,
  { files, layer, context }: FilesOfLayer,
): ReadonlyMap<string, string> | undefined => {
  const read = readOf(name, layer, context)
  const listed = read === undefined ? undefined : files[read.root]
  if (read === undefined || listed === undefined) return undefined
  const matches = readMatcher(read.pattern)
  const taken = Object.entries(listed).filter(([path]) => matches(path))
  return new Map(taken.map(([path, content]) => [posix.join(read.root, path), content]))
}

/** What became of a file, where `<mode> <digest>` is what it was and is. */
const describeFile = (before: string | undefined, now: string | undefined): string | undefined => {
  if (before === now) return undefined
  if (before === undefined) return 'appeared'
  if (now === undefined) return 'vanished'
  const [[oldMode, oldDigest], [mode, digest]] = [before.split(' '), now.split(' ')] as const
  return oldDigest === digest ? `mode ${oldMode ?? ''} -> ${mode ?? ''}` : 'changed'
}

/** Files of one input that are named before the rest is counted. */
const MAX_FILES = 50

/**
 * What happened to the files of an input: `file apps/serve/main.py changed`, in the order of their paths. A file that is
 * another one with another mode is just changed. Of files that are not listed nothing is known but their pattern.
 */
export const describeFiles = (
  name: string,
  old: ReadonlyMap<string, string> | undefined,
  current: ReadonlyMap<string, string> | undefined,
): readonly string[] => {
  // Where only one of the two is listed, every file of it would look new.
  if (old === undefined || current === undefined) return [`files ${name} changed`]
  const paths = [...new Set([...old.keys(), ...current.keys()])].sort()
  const changes = paths.flatMap((path) => {
    const change = describeFile(old.get(path), current.get(path))
    return change === undefined ? [] : [`file ${path} ${change}`]
  })
  const more = changes.length - MAX_FILES
  if (more > 0) return [...changes.slice(0, MAX_FILES), `${more} more files of ${name} changed`]
  return changes.length === 0 ? [`files ${name} changed`] : changes
}
