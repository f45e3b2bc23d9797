/** Where something stands in a text. Lines and columns count from 1. */
export type Place = {
  /** Path as the user wrote it, relative to the workspace. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Something wrong with what the user wrote: what was found, what was expected, and where. */
export type Problem = {
  readonly place?: Place
  /** What was found, one sentence without a full stop. */
  readonly found: string
  /** What was expected instead. */
  readonly expected?: string
  /** What to do about it, for example a suggestion for a misspelt name. */
  readonly hint?: string
}

/** `file:line:column: found; expected …; hint`, the one form in which problems are printed. */
export const renderProblem = ({ place, found, expected, hint }: Problem): string => {
  const where = place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `
  const wanted = expected === undefined ? '' : `; expected ${expected}`
  return `${where}${found}${wanted}${hint === undefined ? '' : `; ${hint}`}`
}

/** Input that cannot be used. Carries every problem that was found, so that users mend them in one go. */
export class InputError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(renderProblem).join('\n'), options)
    this.name = 'InputError'
    this.problems = problems
  }
}

/** An {@link InputError} of a single problem. */
export const inputError = (found: string, rest: Omit<Problem, 'found'> = {}, options?: ErrorOptions): InputError =>
  new InputError([{ found, ...rest }], options)

/**
 * Makes something of each value. Throws one {@link InputError} with the problems of all of them, where equal problems
 * stand once; any other error is thrown as it is.
 */
export const collectProblems = <T, R>(values: readonly T[], make: (value: T, index: number) => R): readonly R[] => {
  const problems = new Map<string, Problem>()
  const made = values.flatMap((value, index) => {
    try {
      return [make(value, index)]
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      for (const problem of error.problems) problems.set(renderProblem(problem), problem)
      return []
    }
  })
  if (problems.size > 0) throw new InputError([...problems.values()])
  return made
}

/** Something the run needs is missing or unusable. The message says what was found and what to do. */
export class SetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SetupError'
  }
}

/** The run was told to stop. */
export class CanceledError extends Error {
  constructor(message = 'canceled', options?: ErrorOptions) {
    super(message, options)
    this.name = 'CanceledError'
  }
}
