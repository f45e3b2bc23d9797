import { didYouMean, suggest } from '../suggest.ts'
import type { Json } from './factory.ts'
import { readChoice, readCount, readFlag, readText, readWord, type Reading, type Report } from './read-scalar.ts'
import { EXTENSION } from './shape.ts'
import type {
  EitherShape,
  JsonShape,
  ListShape,
  MapShape,
  RecordShape,
  Shape,
  SomeShape,
  TextShape,
  Value,
} from './shape.ts'
import type { SourceEntry, SourceMap, SourceNode } from './source.ts'
import { mismatch, orList, wanted, wantedInFull } from './wording.ts'

const refuse = (shape: Shape, node: SourceNode, { subject, report }: Reading): unknown => {
  report(mismatch(shape, node, subject))
  return undefined
}

const readJson = (node: SourceNode, report: Report): Json => {
  if (node.kind === 'list') return node.items.map((item) => readJson(item, report))
  if (node.kind === 'map')
    return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, readJson(value, report)]))
  if (typeof node.value === 'number' && !Number.isFinite(node.value))
    report({ place: node.place, found: `${node.text} is not a number that JSON knows` })
  return node.value
}

const readJsonObject = (shape: JsonShape, node: SourceNode, reading: Reading): unknown => {
  if (node.kind !== 'map') return refuse(shape, node, reading)
  for (const { key } of node.entries.filter((entry) => shape.owned.includes(entry.key.value))) {
    const found = `"${key.value}" cannot be set here: Strata sets it for every bake target`
    reading.report({ place: key.place, found, hint: 'leave it out' })
  }
  return readJson(node, reading.report)
}

const readList = (shape: ListShape, node: SourceNode, reading: Reading): unknown => {
  if (node.kind !== 'list') return refuse(shape, node, reading)
  const within = { ...reading, subject: `an entry of ${reading.subject}` }
  return node.items.map((item) => readNode(shape.of, item, within))
}

const readSome = (shape: SomeShape, node: SourceNode, reading: Reading): unknown => {
  if (node.kind === 'list') {
    const found = `${reading.subject} is an empty list`
    if (node.items.length === 0) reading.report({ place: node.place, found, expected: wanted(shape) })
    return readList({ kind: 'list', of: shape.of }, node, reading)
  }
  if (node.kind === 'map' || node.value === null) return refuse(shape, node, reading)
  const one = readText(shape.of, node, reading)
  return one === undefined ? [] : [one]
}

type NamedEntries = { readonly keys: TextShape; readonly of: Shape }

const readEntry = ({ keys, of }: NamedEntries, { key, value }: SourceEntry, report: Report): unknown => {
  const name = readWord(keys, key, report) ?? key
  return { key: name, value: readNode(of, value, { subject: `"${key.value}"`, report }) }
}

const readMap = (shape: MapShape, node: SourceNode, reading: Reading): unknown =>
  node.kind === 'map'
    ? node.entries.map((entry) => readEntry(shape, entry, reading.report))
    : refuse(shape, node, reading)

const refuseUnknown = ({ noun, fields, rest, hints = {} }: RecordShape, { key }: SourceEntry, report: Report): void => {
  const names = Object.keys(fields)
  const hint = Object.hasOwn(hints, key.value) ? hints[key.value] : undefined
  const expected = orList(rest === undefined ? names : [...names, rest.keys.noun])
  report({
    place: key.place,
    found: `unknown key "${key.value}" in ${noun}`,
    expected,
    ...(hint === undefined ? didYouMean(key.value, names) : { hint }),
  })
}

/** Where keys are free, one that cannot be a name and is nearly a field is a slip of the pen. */
const isSlip = (key: string, { fields, rest }: RecordShape): boolean => {
  if (rest === undefined) return true
  const isName = rest.keys.pattern.test(key) && rest.keys.refused?.some(({ pattern }) => pattern.test(key)) !== true
  return !isName && suggest(key, Object.keys(fields)) !== undefined
}

const readFields = (shape: RecordShape, node: SourceMap, report: Report): unknown => {
  const fields = new Map<string, unknown>()
  const rest: unknown[] = []
  for (const entry of node.entries) {
    const name = entry.key.value
    const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined
    if (field !== undefined) fields.set(name, readNode(field.shape, entry.value, { subject: `"${name}"`, report }))
    else if (shape.extensible === true && EXTENSION.test(name)) continue
    else if (shape.rest === undefined || isSlip(name, shape)) refuseUnknown(shape, entry, report)
    else rest.push(readEntry(shape.rest, entry, report))
  }
  // A misspelt key is told once, as that; the field it meant is not missing, too.
  const slips = node.entries.map(({ key }) => suggest(key.value, Object.keys(shape.fields)))
  for (const [name, field] of Object.entries(shape.fields)) {
    if (!field.required || fields.has(name) || slips.includes(name)) continue
    report({ place: node.place, found: `${shape.noun} has no "${name}"`, expected: wantedInFull(field.shape) })
  }
  return { ...Object.fromEntries(fields), rest, place: node.place }
}

const readRecord = (shape: RecordShape, node: SourceNode, reading: Reading): unknown => {
  if (node.kind === 'map') return readFields(shape, node, reading.report)
  const isEmpty = node.kind === 'scalar' && node.value === null
  return isEmpty && shape.mayBeEmpty === true ? { rest: [], place: node.place } : refuse(shape, node, reading)
}

const readEither = (shape: EitherShape, node: SourceNode, reading: Reading): unknown => {
  if (node.kind === 'map') return { map: readNode(shape.map, node, reading) }
  const { kind } = shape.plain
  const fits = node.kind === 'list' ? kind === 'some' || kind === 'list' : kind !== 'list' && node.value !== null
  return fits ? { plain: readNode(shape.plain, node, reading) } : refuse(shape, node, reading)
}

const readNode = (shape: Shape, node: SourceNode, reading: Reading): unknown => {
  switch (shape.kind) {
    case 'text':
      return readText(shape, node, reading)
    case 'choice':
      return readChoice(shape, node, reading)
    case 'flag':
      return readFlag(shape, node, reading)
    case 'count':
      return readCount(shape, node, reading)
    case 'json':
      return readJsonObject(shape, node, reading)
    case 'list':
      return readList(shape, node, reading)
    case 'some':
      return readSome(shape, node, reading)
    case 'map':
      return readMap(shape, node, reading)
    case 'record':
      return readRecord(shape, node, reading)
    case 'either':
      return readEither(shape, node, reading)
  }
}

/**
 * Reads a value of the given shape. Every problem goes to `report`. The value is what its type says only if none was
 * reported; callers must not look at it otherwise.
 */
export const readShape = <S extends Shape>(shape: S, node: SourceNode, report: Report): Value<S> =>
  readNode(shape, node, { subject: 'the file', report }) as Value<S>
