import { InputError, renderProblem, type Problem } from '../problem.ts'
import { includedFile, mainFile, type IncludedContent, type MainContent } from './description.ts'
import { readShape } from './read-shape.ts'
import type { RecordShape, Value } from './shape.ts'
import { parseSource } from './yaml-source.ts'

/** A factory file by itself: its shape is right, its names are not looked up yet. */
export type MainDocument = { readonly file: string; readonly content: MainContent }
export type IncludedDocument = { readonly file: string; readonly content: IncludedContent }

/** Throws all problems in one {@link InputError}, if there are any: file by file, top to bottom, each once. */
export const throwProblems = (problems: readonly Problem[]): void => {
  if (problems.length === 0) return
  // An alias shows the same mistake again at the same place.
  const distinct = [...new Map(problems.map((problem) => [renderProblem(problem), problem])).values()]
  const files = distinct.map(({ place }) => place?.file)
  const rank = ({ place }: Problem): readonly number[] => [
    files.indexOf(place?.file),
    place?.line ?? 0,
    place?.column ?? 0,
  ]
  const difference = (a: Problem, b: Problem): number =>
    rank(a)
      .map((part, i) => part - (rank(b)[i] ?? 0))
      .find((part) => part !== 0) ?? 0
  throw new InputError(distinct.toSorted(difference))
}

const parseDocument = <S extends RecordShape>(shape: S, file: string, text: string): Value<S> => {
  const problems: Problem[] = []
  const content = readShape(shape, parseSource(file, text), (problem) => problems.push(problem))
  throwProblems(problems)
  return content
}

/**
 * Reads the main factory file, YAML or JSON. `file` is its path relative to the workspace.
 * Throws an {@link InputError} with every problem of syntax and shape.
 */
export const parseMainFile = (file: string, text: string): MainDocument => ({
  file,
  content: parseDocument(mainFile, file, text),
})

/** Reads a file that the main file includes; as {@link parseMainFile}. */
export const parseIncludedFile = (file: string, text: string): IncludedDocument => ({
  file,
  content: parseDocument(includedFile, file, text),
})
