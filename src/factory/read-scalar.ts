import { didYouMean } from '../suggest.ts'
import type { Problem } from '../problem.ts'
import type { ChoiceShape, CountShape, FlagShape, TextShape } from './shape.ts'
import type { Located, SourceNode } from './source.ts'
import { mismatch, orList } from './wording.ts'

/** Takes note of a problem; reading goes on, so that users see all of them at once. */
export type Report = (problem: Problem) => void

/** How the value that is read is spoken of, and where problems go. */
export type Reading = {
  /** What messages call the value: `"registry"`, `an entry of "tags"`. */
  readonly subject: string
  readonly report: Report
}

/** Checks a text against its shape; for values and for keys. */
export const readWord = (
  shape: TextShape,
  { value, place }: Located<string>,
  report: Report,
): Located<string> | undefined => {
  const refused = shape.refused?.find(({ pattern }) => pattern.test(value))
  if (refused !== undefined) {
    report({ place, found: `"${value}" cannot be ${shape.noun}: ${refused.because}` })
    return undefined
  }
  if (shape.pattern.test(value) && shape.test?.(value) !== false) return { value, place }
  const hint = shape.hint?.(value)
  const found = value === '' ? `${shape.noun} cannot be empty` : `${JSON.stringify(value)} is not ${shape.noun}`
  report({ place, found, expected: shape.expected, ...(hint === undefined ? {} : { hint }) })
  return undefined
}

/** Reads a text; bare numbers and true/false, where the shape takes them, as they are written. */
export const readText = (shape: TextShape, node: SourceNode, reading: Reading): Located<string> | undefined => {
  const isText =
    node.kind === 'scalar' && (typeof node.value === 'string' || (shape.bare === true && node.value !== null))
  if (isText) return readWord(shape, { value: node.text, place: node.place }, reading.report)
  reading.report(mismatch(shape, node, reading.subject))
  return undefined
}

/** Reads one of a few words. */
export const readChoice = (shape: ChoiceShape, node: SourceNode, reading: Reading): Located<string> | undefined => {
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
  if (text !== undefined && shape.values.includes(text)) return { value: text, place: node.place }
  const hint = text === undefined ? {} : didYouMean(text, shape.values)
  reading.report({ ...mismatch(shape, node, reading.subject), expected: orList(shape.values), ...hint })
  return undefined
}

/** Reads true or false. */
export const readFlag = (shape: FlagShape, node: SourceNode, reading: Reading): Located<boolean> | undefined => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return { value: node.value, place: node.place }
  reading.report(mismatch(shape, node, reading.subject))
  return undefined
}

/** Reads a whole number within its bounds. */
export const readCount = (shape: CountShape, node: SourceNode, reading: Reading): Located<number> | undefined => {
  const value = node.kind === 'scalar' && typeof node.value === 'number' ? node.value : Number.NaN
  const fits = Number.isSafeInteger(value) && value >= shape.minimum && value <= (shape.maximum ?? Infinity)
  if (fits) return { value, place: node.place }
  reading.report(mismatch(shape, node, reading.subject))
  return undefined
}
