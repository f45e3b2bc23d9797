import * as core from '@actions/core'
import type { Place } from '../problem.ts'

/** An annotation: a message on a line of a file, or on the run as a whole. */
export type Annotation = {
  readonly message: string
  readonly title?: string
  readonly place?: Place
  /** The last column of the place's line that is meant, counted from 1. */
  readonly endColumn?: number
}

/** What GitHub Actions shows and hands on. */
export type Actions = {
  /** Raw text of an input, trimmed; empty when it is not given. */
  readonly input: (name: string) => string
  readonly info: (line: string) => void
  readonly debug: (line: string) => void
  readonly warning: (annotation: Annotation) => void
  readonly error: (annotation: Annotation) => void
  /** Prints lines folded under a title. */
  readonly group: (title: string, lines: readonly string[]) => void
  readonly mask: (secret: string) => void
  readonly output: (name: string, value: string) => void
  /** Hands a text on to the post step of this step; the last one of a name counts. */
  readonly saveState: (name: string, text: string) => void
  /** What the main step saved; empty in the main step itself. */
  readonly state: (name: string) => string
  /** Appends Markdown to the job summary; does nothing outside GitHub, where there is none. */
  readonly summary: (markdown: string) => Promise<void>
}

const properties = ({ title, place, endColumn }: Annotation): core.AnnotationProperties => ({
  ...(title === undefined ? {} : { title }),
  ...(place === undefined ? {} : { file: place.file, startLine: place.line, startColumn: place.column }),
  ...(endColumn === undefined ? {} : { endColumn }),
})

/** The Actions toolkit. */
export const createActions = (env: NodeJS.ProcessEnv): Actions => ({
  input: (name) => core.getInput(name),
  info: core.info,
  debug: core.debug,
  warning: (annotation) => {
    core.warning(annotation.message, properties(annotation))
  },
  error: (annotation) => {
    core.error(annotation.message, properties(annotation))
  },
  group: (title, lines) => {
    core.startGroup(title)
    for (const line of lines) core.info(line)
    core.endGroup()
  },
  mask: core.setSecret,
  output: core.setOutput,
  saveState: core.saveState,
  state: core.getState,
  summary: async (markdown) => {
    if ((env['GITHUB_STEP_SUMMARY'] ?? '') === '') return
    await core.summary.addRaw(markdown, true).write()
  },
})
