import { argumentWords } from '../fragment/arguments.ts'
import type { ContextRead, Fragment, Span, Token } from '../fragment/fragment.ts'
import { jsonStrings, readInstructions, tokenOf, wordsOf } from '../fragment/instruction.ts'
import { cutSections, readStage } from '../fragment/stages.ts'
import type { Platform } from '../oci/platform.ts'
import { readLintInstruction, type LintInstruction } from './run.ts'

/** What the linter is told of a build context. Paths are relative to its root. */
export type LintContext = {
  /** Files and folders that a read of a step takes. */
  readonly pathsOf: (read: ContextRead) => readonly string[]
  /** Whether a file is there to be copied, .dockerignore considered. */
  readonly exists: (path: string) => boolean
  /** Shell scripts among the files that steps take, with their text. */
  readonly scripts: ReadonlyMap<string, string>
  /** The mode on disk of what a read takes, octal, where git would check out another one. */
  readonly oddMode: (read: ContextRead, path: string) => string | undefined
}

/** What stands around a fragment. */
export type Surroundings = {
  readonly platforms: readonly Platform[]
  /** Whether no layer stands above it in any image. */
  readonly top: boolean
  /** Most steps that stand below it in an image. */
  readonly stepsBelow: number
  /** Names of files that fragments below take from build contexts, a set for each. */
  readonly namesBelow: readonly ReadonlySet<string>[]
  readonly context: LintContext
}

/** A stage with its instructions. */
export type LintStage = {
  readonly instructions: readonly LintInstruction[]
  /** Whether it is the chain part, which the next layer builds on. */
  readonly isChain: boolean
  readonly onParent: boolean
  /** What stands behind FROM. */
  readonly from?: Token
  readonly platform?: string
}

/** A fragment as rules see it. */
export type LintSource = Surroundings & { readonly fragment: Fragment; readonly stages: readonly LintStage[] }

/** Reads a fragment for the linter. */
export const lintSource = (fragment: Fragment, surroundings: Surroundings): LintSource => {
  const { lines } = fragment
  const { sections } = cutSections(readInstructions(lines.join('\n')).instructions)
  const stages = sections.map((section, index): LintStage => {
    const { onParent, tokens, platform } = readStage(section, lines)
    return {
      instructions: section.body.map((instruction) => readLintInstruction(instruction, lines)),
      isChain: index === sections.length - 1,
      onParent,
      ...(tokens === undefined ? {} : { from: tokens.from }),
      ...(platform === undefined ? {} : { platform }),
    }
  })
  return { ...surroundings, fragment, stages }
}

/** Where a token begins, as far as its first line goes. */
export const spanOfToken = ({ spans }: Token): Span => spans[0] ?? { line: 1, start: 0, end: 0 }

/** A word of an instruction, and where it stands. */
export type LintWord = { readonly text: string; readonly span: Span }

/** The names that an ARG or ENV sets, each with its value as written. `ENV NAME value` sets one. */
export const settingsIn = ({ instruction }: LintInstruction): readonly (LintWord & { readonly value?: string })[] => {
  const words = argumentWords(instruction)
  const old = instruction.keyword === 'ENV' && words[0]?.text.includes('=') === false
  const tokens = old ? words.slice(0, 1) : words
  return tokens.map((token) => {
    const [text = '', ...rest] = token.text.split('=')
    const value = old
      ? words
          .slice(1)
          .map((word) => word.text)
          .join(' ')
      : rest.join('=')
    const { line, start } = spanOfToken(token)
    const given = old || rest.length > 0 ? { value } : {}
    return { text, span: { line, start, end: start + text.length }, ...given }
  })
}

/** What a COPY or ADD names, the destination last. In exec form the words stand within their quotes. */
export const copyWords = ({ instruction }: LintInstruction): readonly LintWord[] => {
  const { text, argumentsAt } = instruction
  if (jsonStrings(text.slice(argumentsAt)) === undefined) {
    return wordsOf(instruction).map((token) => ({ text: token.text, span: spanOfToken(token) }))
  }
  return [...text.slice(argumentsAt).matchAll(/"((?:\\.|[^"\\])*)"/g)].map(({ 1: inner = '', index }) => {
    const start = argumentsAt + index + 1
    return { text: inner, span: spanOfToken(tokenOf(instruction, start, start + inner.length)) }
  })
}
