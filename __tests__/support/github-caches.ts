import { pageOf, refusal, TOKENS } from './github-answers.ts'
import { json, type Reply, type ServerRequest } from './registry/exchange.ts'

/** An entry of the Actions cache, as GitHub keeps it. */
export type StoredEntry = {
  readonly id: number
  readonly key: string
  readonly ref: string
  readonly bytes: number
  /** ISO 8601 */
  readonly createdAt: string
  readonly usedAt: string
}

/** The Actions cache of one repository. */
export type StoredCaches = {
  /** In the order they came. */
  readonly entries: () => readonly StoredEntry[]
  readonly save: (key: string, more?: { readonly ref?: string; readonly bytes?: number }) => StoredEntry
  /** What the API answers below `/repos/<owner>/<name>/actions`. */
  readonly answer: (token: string, request: ServerRequest) => Reply
}

const render = ({ id, key, ref, bytes, createdAt, usedAt }: StoredEntry): object => ({
  id,
  ref,
  key,
  version: '73885106f58cc52a7df9ec4d4a5622a5614813162cb516c759a30af6bf56e6f0',
  last_accessed_at: usedAt,
  created_at: createdAt,
  size_in_bytes: bytes,
})

/** What GitHub sorts entries by; what is used last comes first when nothing is said. */
const SORTS: Readonly<Record<string, (a: StoredEntry, b: StoredEntry) => number>> = {
  created_at: (a, b) => a.id - b.id,
  last_accessed_at: (a, b) => a.usedAt.localeCompare(b.usedAt),
  size_in_bytes: (a, b) => a.bytes - b.bytes,
}

const select = (entries: readonly StoredEntry[], query: URLSearchParams): readonly StoredEntry[] => {
  const ref = query.get('ref')
  const found = entries.filter((one) => one.key.startsWith(query.get('key') ?? '') && (ref === null || one.ref === ref))
  const sorted = found.toSorted(SORTS[query.get('sort') ?? 'last_accessed_at'])
  return (query.get('direction') ?? 'desc') === 'desc' ? sorted.toReversed() : sorted
}

/** An Actions cache without entries. `now` in ms since the epoch. */
export const createCaches = (now: () => number): StoredCaches => {
  let entries: readonly StoredEntry[] = []
  let count = 0
  const list = ({ query, headers, path }: ServerRequest): Reply => {
    const found = select(entries, query)
    const { shown, link } = pageOf(found, `http://${headers['host'] ?? ''}${path}`, query)
    return json(200, { total_count: found.length, actions_caches: shown.map(render) }, link)
  }
  const remove = (gone: readonly StoredEntry[]): void => {
    entries = entries.filter((one) => !gone.includes(one))
  }
  const removeByKey = ({ query }: ServerRequest): Reply => {
    const found = select(entries, query).filter(({ key }) => key === query.get('key'))
    if (found.length === 0) return refusal(404, 'Not Found')
    remove(found)
    return json(200, { total_count: found.length, actions_caches: found.map(render) })
  }
  const removeById = (id: number): Reply => {
    const found = entries.filter((one) => one.id === id)
    remove(found)
    return found.length === 0 ? refusal(404, 'Not Found') : { status: 204 }
  }
  const usage = (): Reply =>
    json(200, {
      full_name: 'acme/factory',
      active_caches_size_in_bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
      active_caches_count: entries.length,
    })
  return {
    entries: () => entries,
    save: (key, { ref = 'refs/heads/main', bytes = 1024 } = {}) => {
      const when = new Date(now()).toISOString()
      const entry = { id: ++count, key, ref, bytes, createdAt: when, usedAt: when }
      entries = [...entries, entry]
      return entry
    },
    answer: (token, request) => {
      const { method, path } = request
      if (path.endsWith('/actions/cache/usage')) return usage()
      if (method === 'GET') return list(request)
      if (token !== TOKENS.workflow) return refusal(403, 'Resource not accessible by integration')
      const [, id] = /\/actions\/caches\/(\d+)$/.exec(path) ?? []
      return id === undefined ? removeByKey(request) : removeById(Number(id))
    },
  }
}
