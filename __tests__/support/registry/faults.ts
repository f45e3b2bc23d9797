import { ociError, type Reply, type ServerRequest } from './exchange.ts'

/** Stands before the registry: answers itself, or asks the registry with `next` and changes what it says. */
export type Fault = (request: ServerRequest, next: () => Reply) => Reply

export type Match = (request: ServerRequest) => boolean

const always: Match = () => true

/** Requests whose path matches, of one method if one is given. */
export const matching =
  (path: RegExp, method?: string): Match =>
  (request) =>
    path.test(request.path) && (method === undefined || request.method === method)

/** Does something to the first so many requests that match. */
export const first = (count: number, fault: Fault, match: Match = always): Fault => {
  let left = count
  return (request, next) => (match(request) && left-- > 0 ? fault(request, next) : next())
}

/** Does something to all requests that match. */
export const each =
  (fault: Fault, match: Match = always): Fault =>
  (request, next) =>
    match(request) ? fault(request, next) : next()

/** Answers with a status, without asking the registry. */
export const status =
  (code: number, headers: Reply['headers'] = {}): Fault =>
  () =>
    ociError(code, code === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN', `made to fail with ${code}`, headers)

/** Does what was asked, but the connection ends without an answer. */
export const cut: Fault = (_request, next) => ({ ...next(), wire: 'cut' })

/** Does what was asked, but the connection ends in the middle of the answer. */
export const truncate: Fault = (_request, next) => ({ ...next(), wire: 'truncate' })

/** Never answers. */
export const hang: Fault = () => ({ status: 0, wire: 'hang' })

/** Answers as always, with other headers; undefined takes one away. */
export const headers =
  (changes: Readonly<Record<string, string | undefined>>): Fault =>
  (_request, next) => {
    const reply = next()
    const all = Object.entries({ ...reply.headers, ...changes })
    return { ...reply, headers: Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))) } // prettier-ignore
  }

/** Answers as always, with another body. */
export const body =
  (content: string | Buffer): Fault =>
  (_request, next) => ({ ...next(), body: content })
