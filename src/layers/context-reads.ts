import type { WorkLayer } from '../factory/work-item.ts'
import type { ContextRead, Fragment } from '../fragment/fragment.ts'
import { effectsOf } from './fragment-effects.ts'

/** Sources of a named context that are no folder: images, repositories, other targets. */
const REMOTE = /^(?:docker-image|oci-layout|target|input|https?|git|ssh):|^git@/

/** What stands behind a name among the contexts of a layer; names do not mind their case, as BuildKit has it. */
export const contextSource = ({ contexts }: Pick<WorkLayer, 'contexts'>, name: string): string | undefined =>
  Object.entries(contexts).find(([context]) => context.toLowerCase() === name.toLowerCase())?.[1]

/** Whether a name is that of a folder, not of an image, a repository or another target. */
export const isFolderContext = (layer: Pick<WorkLayer, 'contexts'>, name: string): boolean => {
  const source = contextSource(layer, name)
  return source !== undefined && !REMOTE.test(source)
}

/** Files that a step takes from a folder: what a pattern matches, below the root of a build context. */
export type FolderRead = {
  /** Relative to the workspace, or absolute. */
  readonly root: string
  readonly pattern: string
}

/**
 * The folder and the pattern of a read; undefined when its context is no folder. A path with a variable can be any, so it
 * stands for the whole context.
 */
export const folderReadOf = (
  { context, path }: ContextRead,
  layer: Pick<WorkLayer, 'contexts'>,
  mainContext: string,
): FolderRead | undefined => {
  if (context !== undefined && !isFolderContext(layer, context)) return undefined
  const root = context === undefined ? mainContext : (contextSource(layer, context) ?? mainContext)
  return { root, pattern: path.includes('$') ? '.' : path }
}

/** Everything that the steps of a fragment take from folders. */
export const folderReads = (
  layer: Pick<WorkLayer, 'contexts'>,
  fragment: Fragment,
  mainContext: string,
): readonly FolderRead[] => effectsOf(fragment).reads.flatMap((read) => folderReadOf(read, layer, mainContext) ?? [])

/** Patterns by root, each once: what has to be read of the file system. */
export const patternsByRoot = (reads: readonly FolderRead[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...Map.groupBy(reads, ({ root }) => root)].map(([root, ofRoot]) => [
      root,
      [...new Set(ofRoot.map(({ pattern }) => pattern))].sort(),
    ]),
  )
