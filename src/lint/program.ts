import { textOf, type Chars } from '../fragment/flags.ts'
import { readCommands, type Command } from './shell.ts'

/** A command whose program is known: words before it that only say how it is run are gone. */
export type Program = {
  /** Name without folders: `apt-get`. */
  readonly name: string
  /** The program's own word, then its arguments. */
  readonly words: readonly Chars[]
  /** The same as texts. */
  readonly texts: readonly string[]
  readonly inputs: readonly Chars[]
  readonly outputs: readonly Chars[]
}

const RESERVED: readonly string[] = ['if', 'then', 'else', 'elif', 'do', 'while', 'until', '!', '{', 'time']
const WRAPPERS: readonly string[] = [
  'sudo',
  'env',
  'exec',
  'command',
  'nohup',
  'eval',
  'xargs',
  'timeout',
  'nice',
  'builtin',
]
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/
/** Shells whose language is the one that is read here. */
const SHELLS: readonly string[] = ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']

/** Whether a program is a shell. */
export const isShell = (name: string): boolean => SHELLS.includes(name)

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Where the program stands among the words. Options and numbers behind a wrapper belong to the wrapper. */
const programIndex = (texts: readonly string[]): number => {
  let wrapped = false
  for (const [index, text] of texts.entries()) {
    if (RESERVED.includes(text) || ASSIGNMENT.test(text)) continue
    if (WRAPPERS.includes(baseName(text))) wrapped = true
    else if (!(wrapped && /^(?:-|\d)/.test(text))) return index
  }
  return -1
}

const programOf = ({ words, inputs, outputs }: Command): Program | undefined => {
  const texts = words.map(textOf)
  const index = programIndex(texts)
  const name = texts[index]
  if (name === undefined)
    return inputs.length + outputs.length === 0 ? undefined : { name: '', words: [], texts: [], inputs, outputs }
  return { name: baseName(name), words: words.slice(index), texts: texts.slice(index), inputs, outputs }
}

/** The script behind `sh -c`, also where other options are joined to it: `bash -euxc '…'`. */
const inlineScript = ({ name, texts, words }: Program): Chars | undefined => {
  if (!isShell(name)) return undefined
  const option = texts.findIndex((text, index) => index > 0 && /^-[a-z]*c[a-z]*$/.test(text))
  return option === -1 ? undefined : words[option + 1]
}

/** Scripts in scripts that are looked into. */
const MAX_DEPTH = 5

/** The programs that commands run, those of inline scripts (`sh -c`) right behind the shell that runs them. */
export const programsOf = (commands: readonly Command[], depth = 0): readonly Program[] =>
  commands.flatMap((command) => {
    const program = programOf(command)
    if (program === undefined) return []
    const script = inlineScript(program)
    if (script === undefined || depth >= MAX_DEPTH) return [program]
    return [program, ...programsOf(readCommands(script), depth + 1)]
  })
