import { parseIncludedFile, parseMainFile } from '../../factory/document.ts'
import type { Factory } from '../../factory/factory.ts'
import { includedFiles, includePatterns, variantPatterns } from '../../factory/include.ts'
import { parseFactory } from '../../factory/parse.ts'
import type { WorkItem } from '../../factory/work-item.ts'
import type { Fragment } from '../../fragment/fragment.ts'
import { parseFragment } from '../../fragment/parse.ts'
import type { Io } from '../../io/io.ts'
import { collectProblems, inputError, type Place } from '../../problem.ts'

const missing = (path: string, what: string, place?: Place): never => {
  const hint = 'check the path, and that the repository was checked out before this step'
  throw inputError(`there is no ${what} ${path}`, { ...(place === undefined ? {} : { place }), hint })
}

const readOrThrow = async (io: Io, path: string, what: string): Promise<string> =>
  (await io.files.read(path)) ?? missing(path, what)

/** Reads the factory file with everything it includes. */
export const readFactory = async (file: string, io: Io): Promise<Factory> => {
  const main = parseMainFile(file, await readOrThrow(io, file, 'factory file'))
  const files = includedFiles(main, await io.files.find(includePatterns(main)))
  const included = await Promise.all(
    files.map(async (path) => parseIncludedFile(path, await readOrThrow(io, path, 'included file'))),
  )
  return parseFactory(main, included, await io.files.find(variantPatterns(main, included)))
}

/** Reads each fragment that the work items use, once. Throws an InputError with the problems of all of them. */
export const readFragments = async (items: readonly WorkItem[], io: Io): Promise<ReadonlyMap<string, Fragment>> => {
  const used = [...new Set(items.flatMap((item) => item.layers))]
  const layers = [...new Set(used.map(({ layer }) => layer))]
  const uses = new Map(used.flatMap((use) => (use.fragment === undefined ? [] : [[use.fragment, use]])))
  const texts = await Promise.all([...uses.keys()].map((path) => io.files.read(path)))
  const fragments = collectProblems([...uses], ([path, { contexts, place }], index) => {
    const text = texts[index] ?? missing(path, 'fragment', place)
    return parseFragment(path, text, { layers, contexts: Object.keys(contexts) })
  })
  return new Map(fragments.map((fragment) => [fragment.file, fragment]))
}
