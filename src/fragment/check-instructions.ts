import type { Place, Problem } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import { PARENT } from './arguments.ts'
import type { Scope } from './check-stages.ts'
import { checkSource, checkWord } from './check-stages.ts'
import type { FragmentArgument } from './fragment.ts'
import type { Instruction } from './instruction.ts'
import { keywordToken, placeOf } from './instruction.ts'
import type { Named } from './sources.ts'
import { namedSources } from './sources.ts'

/** All instructions (frontend/dockerfile/command/command.go). */
const KEYWORDS: readonly string[] = (
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME ' +
  'WORKDIR'
).split(' ')

const startOf = (file: string, instruction: Instruction): Place => placeOf(file, keywordToken(instruction))

/** An instruction that has no end would swallow what stitching puts behind it. */
export const checkEnd = (file: string, lines: readonly string[], instruction: Instruction): readonly Problem[] => {
  const { open, pieces } = instruction
  if (open === undefined) return []
  if (open === 'continuation') {
    const { line, column, length } = pieces.at(-1) ?? { line: 1, column: 0, length: 0 }
    const place = { file, line, column: column + length + 1 }
    return [{ place, found: 'this line is continued, and none follows', expected: 'a last line without a backslash' }]
  }
  const found = `the heredoc ${open.name} is not closed`
  const expected = `a line that is ${open.name} and nothing else`
  const near = lines.findIndex((line, index) => index >= instruction.lines.start && line.trim() === open.name)
  const hint = near === -1 ? {} : { hint: `line ${near + 1} has blanks around it` }
  return [{ place: startOf(file, instruction), found, expected, ...hint }]
}

/** An instruction that does not exist, or must not be in a fragment. */
export const checkKeyword = (file: string, instruction: Instruction): readonly Problem[] => {
  const { keyword } = instruction
  const place = startOf(file, instruction)
  if (keyword === 'ONBUILD') {
    const found = 'ONBUILD would fire in the next layer of the same Dockerfile'
    return [{ place, found, expected: 'the instruction itself, here or in the fragment of that layer' }]
  }
  if (keyword === '' || KEYWORDS.includes(keyword)) return []
  const hint = didYouMean(keyword, KEYWORDS)
  return [{ place, found: `${keyword} is not an instruction`, expected: 'one of a Dockerfile', ...hint }]
}

/** Before the first FROM only ARG can stand. */
export const checkHead = (file: string, head: readonly Instruction[]): readonly Problem[] =>
  head
    .filter(({ keyword }) => keyword !== 'ARG' && KEYWORDS.includes(keyword) && keyword !== 'ONBUILD')
    .map((instruction) => ({
      place: startOf(file, instruction),
      found: `${instruction.keyword} stands before the first FROM`,
      expected: 'nothing but ARG there',
    }))

/** A global ARG must have a value that we can tell; PARENT stands for the layer below, in FROM and nowhere else. */
export const checkArgument = (file: string, { name, global, token }: FragmentArgument): readonly Problem[] => {
  const place = placeOf(file, token)
  if (name === '')
    return [{ place, found: `ARG ${token.text} has no name`, expected: 'ARG <name>, or ARG <name>=<default>' }]
  if (global && /\$\{?PARENT\b/.test(token.text)) {
    return [{ place, found: `ARG ${token.text} makes another name out of PARENT`, expected: 'FROM ${PARENT} itself' }]
  }
  if (global) return checkWord(file, token)
  if (name !== PARENT) return []
  const hint = 'a fragment of one stage may leave out both ARG PARENT and FROM'
  return [
    { place, found: 'ARG PARENT stands in a stage', expected: 'FROM ${PARENT} behind it, or no PARENT at all', hint },
  ]
}

const checkNamed = ({ how, token, name }: Named, earlier: readonly string[], scope: Scope): readonly Problem[] => {
  const place = placeOf(scope.file, token)
  const before = how === 'copy' ? '--from=' : 'from='
  const problem = (found: string, expected: string, hint?: string): readonly Problem[] => [
    { place, found: `${before}${token.text} ${found}`, expected, ...(hint === undefined ? {} : { hint }) },
  ]
  if (token.text.includes('$')) {
    const hint = 'declare a stage with FROM and that variable, and name the stage here'
    return problem('holds a variable, which BuildKit does not expand here', 'a name', hint)
  }
  if (token.text !== name) return problem('holds quotes or backslashes', `the plain name ${name}`)
  const finding = checkSource(before, name, earlier, scope)
  return finding === undefined ? [] : [{ place, ...finding }]
}

/** What is wrong with the names that a step reads from. `earlier` are the stages that stand before its own. */
export const checkSources = (instruction: Instruction, earlier: readonly string[], scope: Scope): readonly Problem[] =>
  namedSources(instruction).flatMap((named) => checkNamed(named, earlier, scope))
