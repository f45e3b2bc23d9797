import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml'
import { parsePlatform } from '../oci/platform.ts'
import { InputError, type Problem } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import { DRIVER_OPTION, NODE_NAME, type Driver } from '../factory/drivers.ts'
import type { NodeSettings, NodeTls } from './builder-settings.ts'

const KEYS = ['name', 'endpoint', 'platforms', 'driver-opts', 'buildkitd-flags', 'tls'] as const
const TLS_KEYS = ['ca', 'cert', 'key'] as const

type Tell = (node: unknown, found: string, rest?: Omit<Problem, 'found' | 'place'>) => void

/** Entries of a mapping by key; keys that are not known are told. */
const entriesOf = (node: unknown, known: readonly string[], what: string, tell: Tell): ReadonlyMap<string, Node> => {
  if (!isMap(node)) {
    tell(node, `${what} is no mapping`, { expected: `a mapping with ${known.join(', ')}` })
    return new Map()
  }
  const pairs = (node.items as readonly Pair[]).flatMap((pair): readonly (readonly [string, Node])[] => {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    if (known.includes(key)) return pair.value === null ? [] : [[key, pair.value as Node]]
    tell(pair.key, `${what} has no key ${JSON.stringify(key)}`, {
      expected: known.join(', '),
      ...didYouMean(key, known),
    })
    return []
  })
  return new Map(pairs)
}

/** A scalar as it stands in the source. */
const textOf = (node: unknown, what: string, tell: Tell): string | undefined => {
  if (node === undefined) return undefined
  const text = isScalar(node) ? (node.source ?? '').trim() : ''
  if (text !== '') return text
  tell(node, `${what} is empty or no text`, { expected: 'a text' })
  return undefined
}

/** A list, or one text with a value on each line. */
const textsOf = (node: unknown, what: string, tell: Tell): readonly string[] => {
  if (node === undefined) return []
  if (isSeq(node)) return node.items.flatMap((item) => textOf(item, what, tell) ?? [])
  const lines = (textOf(node, what, tell) ?? '').split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '')
}

const readTls = (node: unknown, tell: Tell): NodeTls => {
  if (node === undefined) return {}
  const entries = entriesOf(node, TLS_KEYS, 'tls', tell)
  return Object.fromEntries(
    [...entries].flatMap(([key, value]) => {
      const text = textOf(value, `tls.${key}`, tell)
      return text === undefined ? [] : [[key, text]]
    }),
  )
}

const readNode = (node: unknown, { driver, isOnly }: NodesContext, tell: Tell): NodeSettings => {
  const entries = entriesOf(node, KEYS, 'a node', tell)
  const name = textOf(entries.get('name'), 'name', tell)
  const endpoint = textOf(entries.get('endpoint'), 'endpoint', tell)
  const flags = textOf(entries.get('buildkitd-flags'), 'buildkitd-flags', tell)
  if (isMap(node) && endpoint === undefined && driver !== 'kubernetes') {
    tell(node, 'a node has no endpoint', { expected: `endpoint: ${driver === 'remote' ? 'tcp' : 'ssh'}://…` })
  }
  if (entries.has('tls') && driver !== 'remote') {
    tell(entries.get('tls'), `tls says nothing to the driver ${driver}`, { hint: 'leave it out' })
  }
  if (name !== undefined && !NODE_NAME.test(name)) {
    tell(entries.get('name'), `a node is called ${JSON.stringify(name)}`, {
      expected: 'a letter, and then letters, digits, dots, dashes and underscores',
    })
  }
  const wanted = textsOf(entries.get('platforms'), 'platforms', tell).flatMap((text) => text.split(/\s*,\s*/))
  const platforms = wanted.flatMap((text) => {
    const platform = parsePlatform(text)
    if (platform === undefined) tell(entries.get('platforms'), `${JSON.stringify(text)} is no platform`)
    return platform ?? []
  })
  // Without them, Buildx takes the first node that has a platform, even if that one only emulates it.
  if (isMap(node) && !entries.has('platforms') && !isOnly) {
    tell(node, 'a node has no platforms', { expected: 'platforms: those that it is to build' })
  }
  const driverOpts = textsOf(entries.get('driver-opts'), 'driver-opts', tell)
  for (const option of driverOpts.filter((text) => !DRIVER_OPTION.test(text))) {
    tell(entries.get('driver-opts'), `driver-opts has ${JSON.stringify(option)}`, { expected: 'key=value' })
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...{ platforms, driverOpts, tls: readTls(entries.get('tls'), tell) },
    ...(flags === undefined ? {} : { buildkitdFlags: flags }),
  }
}

/** What the nodes of a list belong to. */
export type NodesContext = {
  readonly driver: Driver
  /** Whether a list of one node is all that the builder has. */
  readonly isOnly: boolean
}

/**
 * Reads the YAML of input `nodes`, a list. Throws an {@link InputError} with every problem; each names the line of the
 * input, which has no place in a file.
 */
export const parseNodes = (text: string, { driver, isOnly }: NodesContext): readonly NodeSettings[] => {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const problems: Problem[] = document.errors.map(({ message, pos: [start] }) => ({
    found: `line ${counter.linePos(start).line} of input nodes: ${message.split('\n')[0] ?? ''}`,
  }))
  const tell: Tell = (node, found, rest = {}) => {
    const start = (node as { readonly range?: readonly number[] } | null | undefined)?.range?.[0] ?? 0
    problems.push({ found: `line ${counter.linePos(start).line} of input nodes: ${found}`, ...rest })
  }
  const contents: unknown = document.contents
  if (!isSeq(contents) && problems.length === 0) tell(contents, 'it is no list', { expected: '- endpoint: …' })
  const items = isSeq(contents) && problems.length === 0 ? contents.items : []
  const context = { driver, isOnly: isOnly && items.length === 1 }
  const nodes = items.map((node) => readNode(node, context, tell))
  const names = nodes.flatMap(({ name }) => name ?? [])
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) tell(contents, `two nodes are called ${JSON.stringify(twice)}`)
  if (problems.length > 0) throw new InputError(problems)
  return nodes
}
