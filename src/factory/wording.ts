import type { Place, Problem } from '../problem.ts'
import type { RecordShape, Shape, TextShape } from './shape.ts'
import type { SourceMap, SourceNode } from './source.ts'

/** `a`, `a or b`, `a, b or c`; long lists are cut. */
export const orList = (words: readonly string[]): string => {
  if (words.length > 20) return `${words.slice(0, 15).join(', ')} … (${words.length} in all)`
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

/** `strata.yaml:12:5`, for messages that point at a second place. */
export const renderPlace = ({ place: { file, line, column } }: { readonly place: Place }): string =>
  `${file}:${line}:${column}`

/** What stands there: `a list`, `the number 12`. */
const describe = (node: SourceNode): string => {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map'
  if (node.value === null) return node.text === '' ? 'empty' : node.text
  if (typeof node.value === 'string') return `"${node.text}"`
  return typeof node.value === 'number' ? `the number ${node.text}` : node.text
}

/** `layer name` of `a layer name` */
const withoutArticle = (noun: string): string => noun.replace(/^an? /, '')

/** `a pool, a map with runs-on`; keys of large records are left to the documentation. */
const wantedRecord = ({ noun, fields, rest }: RecordShape): string => {
  const keys = Object.keys(fields)
  return `${noun}, a map${rest === undefined && keys.length <= 4 ? ` with ${orList(keys)}` : ''}`
}

/** How a kind of value is asked for. */
export const wanted = (shape: Shape): string => {
  switch (shape.kind) {
    case 'text':
      return shape.noun
    case 'choice':
      return orList(shape.values)
    case 'flag':
      return 'true or false'
    case 'count':
      return shape.minimum === shape.maximum ? `the number ${shape.minimum}` : `a whole number from ${shape.minimum} up`
    case 'some':
      return `${shape.of.noun} or a list of them`
    case 'list':
      return `a list, each entry ${shape.of.kind === 'record' ? shape.of.noun : wanted(shape.of)}`
    case 'json':
      return 'a map'
    case 'map':
      return `a map by ${withoutArticle(shape.keys.noun)}`
    case 'record':
      return wantedRecord(shape)
    case 'either':
      return `${wanted(shape.plain)}, or ${shape.map.kind === 'record' ? `{ ${Object.keys(shape.map.fields).join(', ')}: … }` : wanted(shape.map)}`
  }
}

/** As {@link wanted}, and what a text looks like. */
export const wantedInFull = (shape: Shape): string => {
  if (shape.kind === 'text') return `${shape.noun}: ${shape.expected}`
  return shape.kind === 'some' ? `${wanted(shape)}: ${shape.of.expected}` : wanted(shape)
}

const textOf = (shape: Shape): TextShape | undefined => {
  if (shape.kind === 'text') return shape
  if (shape.kind === 'some') return shape.of
  return shape.kind === 'either' ? textOf(shape.plain) : undefined
}

const isPlaceholder = (node: SourceMap): boolean => {
  const [only, ...more] = node.entries
  return node.flow && more.length === 0 && only?.value.kind === 'scalar' && only.value.text === ''
}

/** The classic slips: `{name}` without quotes is a map for YAML, `12` a number, and `yes` a text. */
const hintFor = (shape: Shape, node: SourceNode): string | undefined => {
  const text = textOf(shape)
  if (node.kind === 'map' && text !== undefined && isPlaceholder(node))
    return `YAML reads braces as a map: write "{${node.entries[0]?.key.value ?? ''}}" in quotes`
  if (node.kind !== 'scalar' || node.text === '') return undefined
  if (shape.kind === 'flag' && /^(?:yes|no|on|off)$/i.test(node.text))
    return `write ${/^(?:yes|on)$/i.test(node.text) ? 'true' : 'false'}`
  return text?.pattern.test(node.text) === true ? `write "${node.text}" in quotes if that is what you mean` : undefined
}

/** The problem of a value that is of another kind than its shape wants. `subject` is what messages call the value. */
export const mismatch = (shape: Shape, node: SourceNode, subject: string): Problem => {
  const hint = hintFor(shape, node)
  const found = `${subject} is ${describe(node)}`
  return { place: node.place, found, expected: wantedInFull(shape), ...(hint === undefined ? {} : { hint }) }
}
