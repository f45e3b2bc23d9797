import { hash } from 'node:crypto'
import { posix } from 'node:path'
import type { ContextEntry } from '../../layers/context-entry.ts'
import type { Disk, Kind } from './disk.ts'
import { type Dockerignore, NOT_IGNORED, type Verdict } from './dockerignore.ts'
import { compileSegment, type Matches, nameIn } from '../../layers/context-glob.ts'

/** A folder that files are copied from. Paths in it are relative to its root, whose own path is empty. */
export type ContextFolder = {
  /** Absolute path without links. */
  readonly root: string
  readonly ignore: Dockerignore
  readonly disk: Disk
}

/** A place in a context, and what .dockerignore says of it. */
type Spot = { readonly path: string; readonly verdict: Verdict }

const ROOT: Spot = { path: '', verdict: NOT_IGNORED }
/** As many links may lead to one another as in the kernel (path_resolution(7)). */
const MAX_LINKS = 40

const onDisk = ({ root }: ContextFolder, path: string): string => (path === '' ? root : `${root}/${path}`)

const spotIn = ({ ignore }: ContextFolder, folder: Spot, name: string): Spot => {
  const path = folder.path === '' ? name : `${folder.path}/${name}`
  return { path, verdict: ignore.judge(path, folder.verdict) }
}

const isPruned = ({ ignore }: ContextFolder, { path, verdict }: Spot): boolean =>
  verdict.ignored && !ignore.mayExceptBelow(path)

const fileEntry = (context: ContextFolder, path: string): readonly ContextEntry[] => {
  const content = context.disk.fileContent(onDisk(context, path))
  return content === undefined ? [] : [{ path, mode: content.mode, digest: content.digest }]
}

const linkEntry = (path: string, target: string): ContextEntry => ({
  path,
  mode: 'link',
  digest: hash('sha256', target),
})

/** All that is below a folder. An ignored folder that holds something excepted is there for its sake. */
const entriesBelow = (context: ContextFolder, folder: Spot): readonly ContextEntry[] =>
  context.disk.list(onDisk(context, folder.path)).flatMap(({ name, kind }) => {
    const spot = spotIn(context, folder, name)
    return kind === 'folder'
      ? folderEntries(context, spot)
      : spot.verdict.ignored
        ? []
        : plainEntry(context, spot, kind)
  })

const folderEntries = (context: ContextFolder, folder: Spot): readonly ContextEntry[] => {
  if (isPruned(context, folder)) return []
  const below = entriesBelow(context, folder)
  if (folder.verdict.ignored && below.length === 0) return []
  context.disk.noteFolder(onDisk(context, folder.path))
  return [{ path: folder.path, mode: 'folder', digest: '' }, ...below]
}

const plainEntry = (context: ContextFolder, { path }: Spot, kind: Kind): readonly ContextEntry[] => {
  if (kind === 'file') return fileEntry(context, path)
  const target = kind === 'link' ? context.disk.linkTarget(onDisk(context, path)) : undefined
  return target === undefined ? [] : [linkEntry(path, target)]
}

/** One part of a source path: a name, or a pattern for names. */
type Segment = { readonly name: string } | { readonly matches: Matches }

const parseSegment = (text: string): Segment => {
  const name = nameIn(text)
  return name === undefined ? { matches: compileSegment(text) } : { name }
}

/** Parts of a path from the root, which `..` does not leave. */
const partsOf = (path: string): readonly string[] =>
  posix
    .resolve('/', path)
    .split('/')
    .filter((part) => part !== '')

type Way = { readonly rest: readonly Segment[]; readonly links: number }

/** Where a link leads, seen from a root that nothing leads out of (fsutil, followlinks.go), and on from there. */
const follow = (context: ContextFolder, { path }: Spot, { rest, links }: Way): readonly ContextEntry[] => {
  const target = context.disk.linkTarget(onDisk(context, path))
  if (target === undefined) return []
  const names = partsOf(posix.resolve('/', posix.dirname(path), target)).map((name) => ({ name }))
  const entries = links === MAX_LINKS ? [] : select(context, ROOT, { rest: [...names, ...rest], links: links + 1 })
  return [linkEntry(path, target), ...entries]
}

const selectAt = (context: ContextFolder, spot: Spot, way: Way): readonly ContextEntry[] => {
  const kind = context.disk.kindOf(onDisk(context, spot.path))
  if (kind === 'folder') return isPruned(context, spot) ? [] : select(context, spot, way)
  if (spot.verdict.ignored) return []
  if (kind === 'link') return follow(context, spot, way)
  return kind === 'file' && way.rest.length === 0 ? fileEntry(context, spot.path) : []
}

const select = (context: ContextFolder, folder: Spot, { rest, links }: Way): readonly ContextEntry[] => {
  const [segment, ...further] = rest
  if (segment === undefined) return folder === ROOT ? entriesBelow(context, ROOT) : folderEntries(context, folder)
  const names =
    'name' in segment
      ? [segment.name]
      : context.disk
          .list(onDisk(context, folder.path))
          .map(({ name }) => name)
          .filter(segment.matches)
  return names.flatMap((name) => selectAt(context, spotIn(context, folder, name), { rest: further, links }))
}

/**
 * What a source path or pattern of a COPY takes, each entry once, sorted by path; nothing where nothing matches.
 * As BuildKit takes it: cleaned, from the root, patterns by Go's `filepath.Match` part by part; a folder stands for all
 * below it, and a link for itself and what it leads to in the context (fsutil, copy/copy.go and followlinks.go).
 */
export const selectEntries = (context: ContextFolder, source: string): readonly ContextEntry[] => {
  const entries = select(context, ROOT, { rest: partsOf(source).map(parseSegment), links: 0 })
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}
