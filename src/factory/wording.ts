import type { Place, Problem } from '../problem.ts'
import type { Shape } from './shape.ts'
import type { SourceNode } from './source.ts'

/** `a`, `a or b`, `a, b or c`; long lists are cut. */
export const orList = (words: readonly string[]): string => {
  if (words.length > 12) return `${words.slice(0, 10).join(', ')} … (${words.length} in all)`
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
      return 'a list'
    case 'json':
    case 'map':
      return 'a map'
    case 'record':
      return `a map: ${shape.noun}`
    case 'either':
      return `${wanted(shape.plain)}, or a map${shape.map.kind === 'map' ? ' by platform' : ` { ${keysOf(shape.map)}: … }`}`
  }
}

const keysOf = (shape: Shape): string => (shape.kind === 'record' ? Object.keys(shape.fields).join(', ') : '…')

const takesText = (shape: Shape): boolean =>
  shape.kind === 'text' || shape.kind === 'some' || (shape.kind === 'either' && takesText(shape.plain))

/** The classic slips: `{name}` without quotes is a map for YAML, `12` a number, and nothing at all is null. */
const quoteHint = (shape: Shape, node: SourceNode): string | undefined => {
  if (!takesText(shape) || node.kind === 'list') return undefined
  if (node.kind === 'map') {
    const [only, ...more] = node.entries
    if (shape.kind === 'either') return undefined
    const isPlaceholder = node.flow && more.length === 0 && only?.value.kind === 'scalar' && only.value.text === ''
    return isPlaceholder ? `YAML reads braces as a map: write "{${only.key.value}}" in quotes` : undefined
  }
  if (node.value !== null) return `write "${node.text}" in quotes if that is what you mean`
  return node.text === '' ? undefined : `write "${node.text}" in quotes if it is a name`
}

/** The problem of a value that is of another kind than its shape wants. `subject` is what messages call the value. */
export const mismatch = (shape: Shape, node: SourceNode, subject: string): Problem => {
  const hint = quoteHint(shape, node)
  const found = `${subject} is ${describe(node)}`
  return { place: node.place, found, expected: wanted(shape), ...(hint === undefined ? {} : { hint }) }
}
