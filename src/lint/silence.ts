import type { LineRange } from '../fragment/fragment.ts'
import { remember } from '../remember.ts'

const COMMENT = /#\s*strata:\s*(ignore|ignore-file)=([\w-]+(?:\s*,\s*[\w-]+)*)/
const IS_COMMENT = /^\s*#/

/** Names that a line silences, in lower case. */
const namesOn = (line: string, how: 'ignore' | 'ignore-file'): readonly string[] => {
  if (!line.includes('strata:')) return []
  const [, kind, names = ''] = COMMENT.exec(line) ?? []
  return kind === how ? names.split(',').map((name) => name.trim().toLowerCase()) : []
}

/** The first of the comments right above a line, or the line itself; counted from 1. */
const firstComment = (lines: readonly string[], line: number): number => {
  let first = line
  while (first > 1 && IS_COMMENT.test(lines[first - 2] ?? '')) first -= 1
  return first
}

/** Whether one of some names is silenced: in the whole file, or on an instruction, above it or within. */
export type IsSilenced = (names: readonly string[], { start, end }: LineRange) => boolean

/**
 * Reads what comments of a file silence: `# strata: ignore=<rule>[,<rule>] <reason>` for the instruction that it stands
 * above or in, `# strata: ignore-file=…` for all of them.
 */
export const readSilences = (lines: readonly string[]): IsSilenced => {
  const inFile = new Set(lines.flatMap((line) => namesOn(line, 'ignore-file')))
  const known = new Map<string, readonly string[]>()
  return (names, { start, end }) => {
    const near = remember(known, `${start}-${end}`, () =>
      lines.slice(firstComment(lines, start) - 1, end).flatMap((line) => namesOn(line, 'ignore')),
    )
    return names.some((name) => inFile.has(name.toLowerCase()) || near.includes(name.toLowerCase()))
  }
}
