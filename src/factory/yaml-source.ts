import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument as parseYaml,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { InputError, inputError, type Place, type Problem } from '../problem.ts'
import type { Located, SourceEntry, SourceNode, SourceScalar } from './source.ts'

/** Nodes that all aliases of a file may stand for together. A real file needs some hundred, a "billion laughs" far more. */
const ALIAS_NODES = 20_000

type Anchored = Exclude<Node, Alias>

type Reading = {
  readonly placeOf: (node: unknown) => Place
  /** What each alias stands for; absent when no anchor of its name precedes it. */
  readonly targets: ReadonlyMap<Alias, Anchored>
  readonly problems: Problem[]
  /** Anchored nodes that are being expanded right now, outermost first, with their aliases. Meeting one again is a cycle. */
  readonly open: Map<Anchored, Alias>
  expanded: number
}

/** What the messages of the yaml package leave open for people who do not know YAML's grammar by heart. */
const HINTS: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'a pattern that begins with "*" needs quotes: "*"',
  BAD_INDENT: 'close every bracket and quote above, and check the indentation',
  BAD_SCALAR_START: 'write the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'write a value that contains ": " in quotes, and check the indentation',
  MISSING_CHAR: 'close every bracket and quote, and put ": " behind every key',
  TAB_AS_INDENT: 'indent with spaces',
}

const FOUND: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'a second YAML document begins here, and a file is one',
  NON_STRING_KEY: 'a key is a list or a map, and must be a name',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
}

/** Later syntax errors mostly follow from the first, so only the first is told. */
const syntaxProblem = (error: YAMLError, place: Place): Problem => {
  const hint = HINTS[error.code]
  const found = FOUND[error.code] ?? `this is not valid YAML: ${error.message}`
  return { place, found, ...(hint === undefined ? {} : { hint }) }
}

/** An alias means the last anchor of its name before it (YAML 1.2.2, 7.1), so one walk in file order finds them all. */
const aliasTargets = (document: Document): ReadonlyMap<Alias, Anchored> => {
  const anchors = new Map<string, Anchored>()
  const targets = new Map<Alias, Anchored>()
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
        anchors.set(node.anchor, node)
      }
    },
  })
  return targets
}

const empty = (place: Place): SourceNode => ({ kind: 'scalar', text: '', value: null, place })

const readScalar = ({ value, source = '' }: Scalar, place: Place): SourceScalar => {
  if (typeof value === 'string') return { kind: 'scalar', text: value, value, place }
  const isKnown = value === null || typeof value === 'boolean' || typeof value === 'number'
  return { kind: 'scalar', text: source, value: isKnown ? value : source, place }
}

const readAlias = (alias: Alias, reading: Reading): SourceNode => {
  const place = reading.placeOf(alias)
  const target = reading.targets.get(alias)
  if (target === undefined) {
    const hint = 'a pattern that begins with "*" needs quotes'
    reading.problems.push({ place, found: `no anchor &${alias.source} stands before the alias *${alias.source}`, hint })
    return empty(place)
  }
  if (reading.open.has(target)) {
    reading.problems.push({ place, found: `the alias *${alias.source} contains itself` })
    return empty(place)
  }
  reading.open.set(target, alias)
  const node = readNode(target, reading)
  reading.open.delete(target)
  return node
}

/** Counts what aliases stand for, and stops a "billion laughs" at the alias that lets it loose. */
const countExpanded = (reading: Reading): void => {
  const [outermost] = reading.open.values()
  if (outermost === undefined) return
  reading.expanded += 1
  if (reading.expanded <= ALIAS_NODES) return
  const found = `the alias *${outermost.source} brings the aliases of this file to more than ${ALIAS_NODES} values`
  const hint = 'aliases of aliases multiply; write the values out'
  throw inputError(found, { place: reading.placeOf(outermost), hint })
}

/** The entries behind a `<<` key: of a map, or of a list of maps, of which earlier ones win (yaml.org/type/merge.html). */
const readMerged = (value: unknown, reading: Reading): readonly SourceEntry[] => {
  const node = readNode(value, reading)
  const maps = node.kind === 'list' ? node.items : [node]
  return maps.flatMap((map) => {
    if (map.kind === 'map') return map.entries
    const found = 'the merge key "<<" has no map behind it'
    reading.problems.push({ place: map.place, found, expected: '<<: *anchor' })
    return []
  })
}

const readKey = ({ key }: Pair, { placeOf, problems }: Reading): Located<string> | undefined => {
  const place = placeOf(key)
  const text = isScalar(key) ? readScalar(key, place).text : ''
  if (text !== '') return { value: text, place }
  problems.push({ place, found: isAlias(key) ? 'a key is an alias' : 'a key is empty', expected: 'a name' })
  return undefined
}

const isMergeKey = ({ key }: Pair): boolean => isScalar(key) && key.type === 'PLAIN' && key.value === '<<'

/** Entries so far, by key. Those that a merge brought may be overridden. */
type Entries = Map<string, { readonly entry: SourceEntry; readonly merged: boolean }>

const addPair = (pair: Pair, entries: Entries, reading: Reading): void => {
  if (isMergeKey(pair)) {
    for (const entry of readMerged(pair.value, reading))
      if (!entries.has(entry.key.value)) entries.set(entry.key.value, { entry, merged: true })
    return
  }
  const key = readKey(pair, reading)
  if (key === undefined) return
  const before = entries.get(key.value)
  if (before?.merged === false) {
    const { line, column } = before.entry.key.place
    const found = `"${key.value}" is here twice`
    reading.problems.push({ place: key.place, found, hint: `the first is at ${line}:${column}` })
  }
  const value = pair.value === null ? empty(key.place) : readNode(pair.value, reading)
  entries.set(key.value, { entry: { key, value }, merged: false })
}

const readMap = (node: YAMLMap, reading: Reading): SourceNode => {
  const entries: Entries = new Map()
  for (const item of node.items) if (isPair(item)) addPair(item, entries, reading)
  const place = reading.placeOf(node)
  return { kind: 'map', flow: node.flow === true, entries: [...entries.values()].map(({ entry }) => entry), place }
}

const readNode = (node: unknown, reading: Reading): SourceNode => {
  const place = reading.placeOf(node)
  if (isAlias(node)) return readAlias(node, reading)
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return empty(place)
  countExpanded(reading)
  if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
    reading.problems.push({ place, found: `the YAML tag ${node.tag} has no meaning here`, hint: 'leave it out' })
  }
  if (isScalar(node)) return readScalar(node, place)
  if (isMap(node)) return readMap(node, reading)
  return { kind: 'list', items: node.items.map((item) => readNode(item, reading)), place }
}

/**
 * Reads YAML 1.2 or JSON, with anchors, aliases and merge keys.
 * Throws an {@link InputError} with the place of every syntax error, repeated key, unknown alias, or alias flood.
 */
export const parseSource = (file: string, source: string): SourceNode => {
  const lines = new LineCounter()
  const text = source.replace(/^\uFEFF/, '')
  // Keys are strings, told apart by their text: 0.10 and 0.1 are two names.
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    schema: 'core',
  } as const
  const document = parseYaml(text, { ...options, logLevel: 'error' })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const [error] = document.errors
  if (error !== undefined) throw new InputError([syntaxProblem(error, placeAt(error.pos[0]))])
  if (document.contents === null)
    throw inputError('the file is empty', { place: placeAt(0), expected: 'a factory file' })

  const placeOf = (node: unknown): Place =>
    placeAt(isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0)
  const reading = {
    placeOf,
    targets: aliasTargets(document),
    problems: [],
    open: new Map<Anchored, Alias>(),
    expanded: 0,
  }
  const node = readNode(document.contents, reading)
  if (reading.problems.length > 0) throw new InputError(reading.problems)
  return node
}
