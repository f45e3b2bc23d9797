import { posix } from 'node:path'
import type { Problem } from '../problem.ts'
import { throwProblems, type IncludedDocument, type MainDocument } from './document.ts'
import { matchGlob } from './path-glob.ts'
import { resolvePath } from './path.ts'
import type { Located } from './source.ts'

const resolveAll = (globs: readonly Located<string>[]): readonly string[] => {
  const problems: Problem[] = []
  const patterns = globs.map((glob) => resolvePath(glob, (problem) => problems.push(problem)))
  throwProblems(problems)
  return [...new Set(patterns)]
}

/** The globs of `include`, relative to the workspace. Throws an {@link InputError} when one leaves it. */
export const includePatterns = ({ content }: MainDocument): readonly string[] => resolveAll(content.include ?? [])

/**
 * Which of the paths found for {@link includePatterns} are to be read, in the order of the globs, without the main file.
 * Throws an {@link InputError} for globs that match nothing.
 */
export const includedFiles = ({ file, content }: MainDocument, paths: readonly string[]): readonly string[] => {
  const problems: Problem[] = []
  const files = (content.include ?? []).flatMap((glob) => matchGlob(glob, paths, (problem) => problems.push(problem)))
  throwProblems(problems)
  return [...new Set(files)].filter((path) => path !== posix.normalize(file))
}

/** The globs of every `variants-from`, relative to the workspace. Throws an {@link InputError} when one leaves it. */
export const variantPatterns = (main: MainDocument, included: readonly IncludedDocument[]): readonly string[] =>
  resolveAll(
    [main, ...included].flatMap(({ content }) =>
      (content.layers ?? []).flatMap(({ value }) => value['variants-from'] ?? []),
    ),
  )
