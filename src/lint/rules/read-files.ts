import { textOf, type Chars } from '../../fragment/flags.ts'
import { isShell, type Program } from '../program.ts'

/** Interpreters that are given a file. */
const INTERPRETERS = /^(?:python[\d.]*|node|perl|ruby|php|deno|Rscript)$/
const REQUIREMENTS: readonly string[] = ['-r', '--requirement', '-c', '--constraint', '--requirements']

const isPip = ({ name, texts }: Program): boolean =>
  /^pip[\d.]*$/.test(name) || ((name === 'uv' || /^python[\d.]*$/.test(name)) && texts.slice(1, 3).includes('pip'))

const requirementFiles = ({ texts, words }: Program): readonly Chars[] =>
  words.filter((_, index) => REQUIREMENTS.includes(texts[index - 1] ?? ''))

/** The first argument that is no option; none where an option brings the script itself, or names a module. */
const scriptArgument = ({ texts, words }: Program): readonly Chars[] => {
  const index = texts.findIndex((text, position) => position > 0 && !/^[-+]/.test(text))
  const before = texts.slice(1, index === -1 ? undefined : index)
  const word = words[index]
  return index === -1 || word === undefined || before.some((text) => /^-[a-z]*[cmes]/.test(text)) ? [] : [word]
}

/** The words of a program that name a file which it reads or runs, as far as that is sure. */
export const readFiles = (program: Program): readonly Chars[] => {
  const { name, texts, words, inputs } = program
  const own = texts[0]?.startsWith('./') === true ? words.slice(0, 1) : []
  if (isPip(program)) return [...requirementFiles(program), ...inputs]
  if (name === '.' || name === 'source') return [...words.slice(1, 2), ...inputs]
  if (isShell(name) || INTERPRETERS.test(name)) return [...scriptArgument(program), ...inputs]
  return [...own, ...inputs]
}

/** A relative path that stands for itself, in its shortest form; undefined for any other word. */
export const plainPath = (text: string): string | undefined => {
  if (!/^(?!-)[\w.@+/-]+$/.test(text) || text.startsWith('/')) return undefined
  const parts = text.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/')
}

/** What scripts write before the name of a file beside them: `$(dirname "$0")/`, `${0%/*}/`, `$SCRIPT_DIR/`. */
const BESIDE = /^(?:\$\(.*\)|\$\{(?:0|BASH_SOURCE)[^}]*\}|\$\{?\w*(?:dir|here|root)\w*\}?)\/(?=[^/]*[^/$])/is

/** The path of a file that a script in a folder calls by a path of its own; undefined where it cannot be told. */
export const pathBeside = (folder: string, word: Chars): string | undefined => {
  const path = plainPath(textOf(word).replace(BESIDE, ''))
  return path === undefined ? undefined : `${folder}${path}`
}
