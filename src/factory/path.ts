import { posix } from 'node:path'
import type { Report } from './read-scalar.ts'
import type { Located } from './source.ts'

/**
 * A path relative to the workspace from one that is relative to the folder of the file it is written in.
 * Reports paths that leave the workspace.
 */
export const resolvePath = ({ value, place }: Located<string>, report: Report): string => {
  const path = posix.join(posix.dirname(place.file), value).replace(/(?<=.)\/$/, '')
  if (path === '..' || path.startsWith('../'))
    report({ place, found: `"${value}" leaves the workspace`, expected: 'a path inside it' })
  return path
}

/** A named context: paths are resolved, other sources (`docker-image://…`, `git@…`) are left as they are. */
export const resolveContext = (source: Located<string>, report: Report): string =>
  /^(?:[A-Za-z][A-Za-z0-9+.-]+:|git@)/.test(source.value) ? source.value : resolvePath(source, report)

/** Name of the folder that a file lies in; empty at the top of the workspace. */
export const folderName = (path: string): string => posix.basename(posix.dirname(path)).replace(/^\.$/, '')
