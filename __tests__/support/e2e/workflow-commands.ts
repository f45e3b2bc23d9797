/** An annotation as the runner would show it. */
export type Annotation = {
  readonly message: string
  readonly title?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** What a step told the runner through its standard output. */
export type WorkflowCommands = {
  readonly errors: readonly Annotation[]
  readonly warnings: readonly Annotation[]
  /** Values that the runner was told to mask. */
  readonly masks: readonly string[]
}

type Command = { readonly name: string; readonly properties: ReadonlyMap<string, string>; readonly message: string }

/** Undoes what the toolkit escapes (actions/toolkit `packages/core/src/command.ts`). */
const unescape = (text: string): string =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')

const parseProperty = (text: string): [string, string] => {
  const at = text.indexOf('=')
  return [text.slice(0, at), unescape(text.slice(at + 1))]
}

const parseCommand = (line: string): readonly Command[] => {
  const [, name, properties = '', message = ''] = /^::([a-z-]+)(?: (.*?))?::(.*)$/.exec(line) ?? []
  if (name === undefined) return []
  const pairs = properties.split(',').filter((text) => text !== '')
  return [{ name, properties: new Map(pairs.map(parseProperty)), message: unescape(message) }]
}

const annotationOf = ({ properties, message }: Command): Annotation => {
  const [title, file] = [properties.get('title'), properties.get('file')]
  const [line, column] = [properties.get('line'), properties.get('col')]
  return {
    message,
    ...(title === undefined ? {} : { title }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(column === undefined ? {} : { column: Number(column) }),
  }
}

/** Reads the workflow commands among the lines of a log. */
export const parseWorkflowCommands = (log: string): WorkflowCommands => {
  const commands = log.split('\n').flatMap(parseCommand)
  const named = (name: string): readonly Command[] => commands.filter((command) => command.name === name)
  return {
    errors: named('error').map(annotationOf),
    warnings: named('warning').map(annotationOf),
    masks: named('add-mask').map(({ message }) => message),
  }
}

/** Reads the file behind `GITHUB_OUTPUT`: `name<<delimiter`, the value's lines, the delimiter. */
export const parseOutputs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/^([^\n=<]+)<<(\S+)\n([\s\S]*?)\n?\2$/gm)].map(([, name = '', , value = '']) => [name, value]),
  )
