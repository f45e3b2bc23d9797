/** Attributes of a cache source or export, as docker/build-push-action takes them: `type=registry,ref=…`. */
export type CacheAttributes = ReadonlyMap<string, string>

/** Fields of a line of CSV; undefined when a quote is not closed. Quotes within quotes are doubled. */
const splitFields = (text: string): readonly string[] | undefined => {
  const fields = text.match(/(?:^|,)(?:"(?:[^"]|"")*"|[^",]*)(?=,|$)/g) ?? []
  if (fields.join('') !== text) return undefined
  return fields
    .map((field) => field.replace(/^,/, ''))
    .map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
}

/** Reads attributes; undefined when the text is no list of `name=value`. A bare reference is one of a registry. */
export const parseCacheAttributes = (text: string): CacheAttributes | undefined => {
  const fields = splitFields(text)
  if (fields === undefined || text === '') return undefined
  if (fields.length === 1 && !text.includes('=')) {
    return new Map([
      ['type', 'registry'],
      ['ref', text],
    ])
  }
  const pairs = fields.map((field) => /^\s*([A-Za-z0-9_.-]+)=(.*)$/s.exec(field))
  if (pairs.some((pair) => pair === null)) return undefined
  return new Map(pairs.flatMap((pair) => (pair === null ? [] : [[(pair[1] ?? '').toLowerCase(), pair[2] ?? '']])))
}

/** The attribute that a source cannot do without, by type (docs.docker.com, "Cache storage backends"). */
const NEEDED: Readonly<Record<string, string | undefined>> = {
  registry: 'ref',
  local: 'src',
  gha: undefined,
  s3: 'bucket',
  azblob: 'account_url',
}

/** What is wrong with a cache source; undefined when nothing is. */
export const faultOfSource = (text: string): string | undefined => {
  const attributes = parseCacheAttributes(text)
  if (attributes === undefined) return 'it is no list of name=value'
  const type = attributes.get('type')
  if (type === undefined) return 'it has no type'
  if (!Object.hasOwn(NEEDED, type)) return `there is no type ${type} to read from`
  const needed = NEEDED[type]
  return needed === undefined || (attributes.get(needed) ?? '') !== '' ? undefined : `type ${type} needs ${needed}`
}

/** What a cache source looks like, for messages. */
export const SOURCE_EXPECTED =
  'type=registry,ref=…, type=local,src=… or type=gha,scope=…, as in docker/build-push-action'
