import type { ContextRead } from '../../fragment/fragment.ts'
import { tokenOf } from '../../fragment/instruction.ts'
import type { LintInstruction } from '../run.ts'
import { copyWords, spanOfToken, type LintSource, type LintWord } from '../source.ts'

/** A read of a build context, and the word that says so. */
export type PlacedRead = { readonly read: ContextRead; readonly word: LintWord; readonly step: LintInstruction }

const mountWord = ({ instruction }: LintInstruction, path: string): LintWord | undefined => {
  const at = instruction.text.indexOf(path, instruction.text.indexOf('--mount'))
  if (at === -1 || at >= instruction.argumentsAt) return undefined
  return { text: path, span: spanOfToken(tokenOf(instruction, at, at + path.length)) }
}

/** What the steps of a fragment read from build contexts, with the words that name it. */
export const placedReads = ({ stages, fragment }: LintSource): readonly PlacedRead[] =>
  stages
    .flatMap(({ instructions }) => instructions)
    .flatMap((step) => {
      const { lines, keyword } = step.instruction
      const reads = fragment.reads.filter(({ line }) => line === lines.start)
      const words = keyword === 'RUN' ? [] : copyWords(step).slice(0, -1)
      return reads.flatMap((read) => {
        const word = keyword === 'RUN' ? mountWord(step, read.path) : words.find(({ text }) => text === read.path)
        return word === undefined ? [] : [{ read, word, step }]
      })
    })
