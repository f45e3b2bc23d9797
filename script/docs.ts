import { parse } from 'yaml'

/** An input or output as its `action.yml` describes it. */
export type Described = { readonly name: string; readonly description: string; readonly default?: string }

/** What an `action.yml` says to its users, in the order of the file. */
export type Action = { readonly inputs: readonly Described[]; readonly outputs: readonly Described[] }

type Fields = Readonly<Record<string, { readonly description: string; readonly default?: string }>>

const describedOf = (fields: Fields | undefined): readonly Described[] =>
  Object.entries(fields ?? {}).map(([name, field]) => ({ name, ...field }))

/** Reads the text of an `action.yml`. Inputs whose description begins with "Internal" are not for users and left out. */
export const parseAction = (text: string): Action => {
  const { inputs, outputs } = parse(text) as { readonly inputs?: Fields; readonly outputs?: Fields }
  return {
    inputs: describedOf(inputs).filter(({ description }) => !description.startsWith('Internal')),
    outputs: describedOf(outputs),
  }
}

/** A cell is one line, and a pipe in it would end it, in code as well (GFM 4.10). */
const renderCell = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')

const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``)

const renderRow = (cells: readonly string[]): string => `| ${cells.map(renderCell).join(' | ')} |`

const renderTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(renderRow).join('\n')

/** The inputs as a Markdown table. */
export const renderInputsTable = ({ inputs }: Pick<Action, 'inputs'>): string =>
  renderTable(
    ['input', 'default', 'description'],
    inputs.map((input) => [code(input.name), code(input.default), input.description]),
  )

/** The outputs as a Markdown table. */
export const renderOutputsTable = ({ outputs }: Pick<Action, 'outputs'>): string =>
  renderTable(
    ['output', 'description'],
    outputs.map(({ name, description }) => [code(name), description]),
  )

const MARKER = /<!-- (?:inputs|outputs) \S+ -->/g
const BLOCK = /<!-- (inputs|outputs) (\S+) -->.*?<!-- \/\1 -->/gs

/**
 * Fills every block between `<!-- inputs PATH -->` and `<!-- /inputs -->`, and the same with `outputs`.
 * `readAction` is given the PATH of the `action.yml`. Throws when a block is not closed.
 */
export const fillBlocks = (text: string, readAction: (path: string) => Action): string => {
  const filled = text.replaceAll(BLOCK, (_, kind: string, path: string) => {
    const action = readAction(path)
    const table = kind === 'inputs' ? renderInputsTable(action) : renderOutputsTable(action)
    // Prettier would pad every cell to the longest one.
    return `<!-- ${kind} ${path} -->\n<!-- prettier-ignore-start -->\n${table}\n<!-- prettier-ignore-end -->\n<!-- /${kind} -->`
  })
  const opened = text.match(MARKER)?.length ?? 0
  const closed = text.match(BLOCK)?.length ?? 0
  if (opened !== closed) throw new Error(`${opened - closed} of ${opened} generated blocks are not closed`)
  return filled
}
