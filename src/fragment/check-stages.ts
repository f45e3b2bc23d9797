import { parseReference } from '../oci/reference.ts'
import type { Problem } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import { PREDEFINED } from './arguments.ts'
import type { FragmentArgument, Stage, Token } from './fragment.ts'
import type { Instruction } from './instruction.ts'
import { keywordToken, placeOf } from './instruction.ts'
import type { Section } from './stages.ts'
import { foldText, isParent, isStageName, readStage } from './stages.ts'
import { expandWord, findWordError } from './words.ts'

/** Names with a meaning of their own, in Dockerfiles or in Strata. */
const RESERVED: readonly string[] = ['parent', 'scratch', 'context', 'run', 'plan', 'record']

/** What the names of a fragment are checked against. All names are lower case. */
export type Scope = {
  readonly file: string
  readonly globals: readonly FragmentArgument[]
  readonly layers: readonly string[]
  readonly contexts: readonly string[]
  /** Names of all stages of the fragment. */
  readonly stages: readonly string[]
}

type Finding = Omit<Problem, 'place'>

/** A word whose value we must tell before the build: of a FROM line, or the default of an ARG before it. */
export const checkWord = (file: string, token: Token): readonly Problem[] => {
  const error = findWordError(token.text)
  if (error === undefined) return []
  const found = `${token.text} cannot be resolved: ${error.message}`
  return [{ place: placeOf(file, token), found, expected: 'plain variables in FROM and before it' }]
}

const variablesOf = (word: string): readonly string[] => {
  const names = new Set<string>()
  expandWord(word, (name) => {
    names.add(name)
    return 'keep'
  })
  return [...names]
}

/** The variables of a FROM line must be global ARGs. */
const checkVariables = (token: Token, { file, globals }: Scope): readonly Problem[] => {
  const problems = checkWord(file, token)
  if (problems.length > 0) return problems
  const declared = globals.map(({ name }) => name)
  const unknown = variablesOf(token.text).filter((name) => ![...declared, ...PREDEFINED].includes(name))
  return unknown.map((name) => ({
    place: placeOf(file, token),
    found: `FROM uses \${${name}}, which is not declared`,
    expected: `ARG ${name} before the first FROM`,
    ...didYouMean(name, declared),
  }))
}

const misnamed = (token: Token, earlier: readonly string[], last: boolean, scope: Scope): Finding | undefined => {
  const name = token.text.toLowerCase()
  if (!isStageName(name)) {
    const expected = 'letters and digits, with single . _ or - between them, a letter first'
    return { found: `${token.text} cannot be the name of a stage`, expected }
  }
  const expected = 'another name'
  if (earlier.includes(name)) return { found: `the stage name ${token.text} is used twice`, expected }
  // The name of the last stage is replaced by that of the layer, so it cannot clash.
  if (last) return undefined
  if (scope.layers.includes(name)) return { found: `the stage name ${token.text} is that of a layer`, expected }
  if (RESERVED.includes(name)) return { found: `the stage name ${token.text} is a reserved word`, expected }
  const isContext = scope.contexts.includes(name)
  return isContext ? { found: `the stage name ${token.text} is that of a named context`, expected } : undefined
}

/** What is wrong with a name that stands for itself; `how` is the text before it. */
export const checkSource = (
  how: string,
  text: string,
  earlier: readonly string[],
  scope: Scope,
): Finding | undefined => {
  const name = text.toLowerCase()
  const expected = 'a stage of this file that stands before, a named context, or an image'
  if (earlier.includes(name) || scope.contexts.includes(name) || name === 'scratch') return undefined
  if (/^[+-]?\d+$/.test(text)) {
    return { found: `${how}${text} counts stages, whose numbers change in a stitched Dockerfile`, expected: 'a name' }
  }
  if (scope.layers.includes(name)) {
    return {
      found: `${how}${text} names a layer`,
      expected,
      hint: 'a fragment sees only the layer below, as ${PARENT}',
    }
  }
  if (scope.stages.includes(name)) return { found: `${how}${text} names a stage that does not stand before`, expected }
  if (parseReference(text) !== undefined) return undefined
  return { found: `${how}${text} is no image reference`, expected, ...didYouMean(text, earlier) }
}

const checkFrom = (
  { from }: NonNullable<Stage['tokens']>,
  earlier: readonly string[],
  scope: Scope,
): readonly Problem[] => {
  if (isParent(from.text)) return checkVariables(from, scope)
  const place = placeOf(scope.file, from)
  const mixed = /\$\{?PARENT\b/.test(from.text)
  if (mixed) return [{ place, found: `FROM ${from.text} makes another name out of PARENT`, expected: 'FROM ${PARENT}' }]
  if (from.text.includes('$')) return checkVariables(from, scope)
  const finding = checkSource('FROM ', from.text, earlier, scope)
  return finding === undefined ? [] : [{ place, ...finding }]
}

const checkLast = ({ tokens }: Stage, { file }: Scope): readonly Problem[] => {
  if (tokens === undefined) return []
  const place = placeOf(file, tokens.from)
  const hint = 'give this stage a name, and end with FROM ${PARENT} and what it copies from there'
  const found = `the last stage is FROM ${tokens.from.text}, so nothing of the layers below goes on`
  if (!isParent(tokens.from.text)) return [{ place, found, expected: 'FROM ${PARENT}', hint }]
  if (tokens.platform === undefined) return []
  const what = 'the last stage has a platform of its own'
  return [{ place: placeOf(file, tokens.platform), found: what, expected: 'that of the image, so no --platform' }]
}

const checkStage = (from: Instruction, stage: Stage, earlier: readonly string[], last: boolean, scope: Scope) => {
  const { tokens } = stage
  if (tokens === undefined) {
    const place = placeOf(scope.file, keywordToken(from))
    return [{ place, found: foldText(from), expected: 'FROM <image>, or FROM <image> AS <name>' }]
  }
  const misname = tokens.name === undefined ? undefined : misnamed(tokens.name, earlier, last, scope)
  const unnamed = tokens.name === undefined && !last
  const found = `FROM ${tokens.from.text} is neither named nor last`
  const expected = 'AS <name>, so that a later step can copy from it'
  return [
    ...(last && !isParent(tokens.from.text) ? [] : checkFrom(tokens, earlier, scope)),
    ...(tokens.platform === undefined ? [] : checkVariables(tokens.platform, scope)),
    ...(misname === undefined ? [] : [{ place: placeOf(scope.file, tokens.name ?? tokens.from), ...misname }]),
    ...(unnamed ? [{ place: placeOf(scope.file, tokens.from), found, expected }] : []),
    ...(last ? checkLast(stage, scope) : []),
  ]
}

/** What is wrong with the FROM lines of a fragment. */
export const checkStages = (sections: readonly Section[], scope: Scope): readonly Problem[] =>
  sections.flatMap((section, index) => {
    const earlier = scope.stages.slice(0, index)
    const last = index === sections.length - 1
    return section.from === undefined ? [] : checkStage(section.from, readStage(section, []), earlier, last, scope)
  })
