/** A sample of a metric family. */
export type MetricSample = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric family as a text says it. */
export type MetricFamily = {
  readonly name: string
  readonly type: string
  readonly unit?: string
  readonly help?: string
  readonly samples: readonly MetricSample[]
}

type OpenFamily = { name: string; type: string; unit?: string; help?: string; samples: MetricSample[] }

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

const fail = (line: string, what: string): never => {
  throw new Error(`${what}: ${JSON.stringify(line)}`)
}

const unescape = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))

const parseLabels = (text: string, line: string): Readonly<Record<string, string>> => {
  const labels = new Map<string, string>()
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? fail(line, 'no labels')
    if (labels.has(name)) fail(line, 'a label stands twice')
    labels.set(name, unescape(value))
  }
  return Object.fromEntries(labels)
}

const parseSample = (line: string): MetricSample => {
  const [, name = '', labels = '', value = ''] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/s.exec(line) ?? fail(line, 'no sample')
  if (!NAME.test(name)) fail(line, 'no name')
  if (!NUMBER.test(value)) fail(line, 'no number')
  return { name, labels: parseLabels(labels, line), value: Number(value) }
}

const METADATA = ['type', 'unit', 'help'] as const

const readMetadata = (families: OpenFamily[], line: string): void => {
  const [, keyword = '', name = '', rest = ''] =
    /^# (TYPE|UNIT|HELP) (\S+) (.+)$/s.exec(line) ?? fail(line, 'no metadata')
  if (!NAME.test(name)) fail(line, 'no name')
  let family = families.at(-1)
  if (family?.name !== name) {
    if (families.some((each) => each.name === name)) fail(line, 'a family is not in one piece')
    family = { name, type: 'unknown', samples: [] }
    families.push(family)
    if (keyword !== 'TYPE') fail(line, 'the type comes first')
  }
  if (family.samples.length > 0) fail(line, 'metadata after samples')
  const key = METADATA.find((each) => each.toUpperCase() === keyword) ?? 'help'
  if (key !== 'type' && family[key] !== undefined) fail(line, 'metadata stands twice')
  family[key] = rest
  if (key === 'unit' && !name.endsWith(`_${rest}`)) fail(line, 'a unit ends the name')
  if (key === 'type' && rest !== 'gauge') fail(line, 'another type than those we write')
}

const readSample = (families: readonly OpenFamily[], line: string): void => {
  const sample = parseSample(line)
  const family = families.at(-1)
  if (family?.name !== sample.name) return fail(line, 'a sample of no family')
  const same = family.samples.find(({ labels }) => JSON.stringify(labels) === JSON.stringify(sample.labels))
  if (same !== undefined) fail(line, 'a sample stands twice')
  family.samples.push(sample)
}

/**
 * Reads OpenMetrics text of gauges as strictly as the specification has it (https://prometheus.io/docs/specs/om/,
 * "ABNF" and "Overall Structure"). Throws with the line that breaks a rule.
 */
export const parseOpenMetrics = (text: string): readonly MetricFamily[] => {
  if (!text.endsWith('# EOF\n')) throw new Error('the text does not end with # EOF')
  if (!text.isWellFormed()) throw new Error('the text is no UTF-8')
  const families: OpenFamily[] = []
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    if (line.startsWith('#')) readMetadata(families, line)
    else readSample(families, line)
  }
  return families
}
