import { type Account, ACCOUNTS, type Exchange, readAccount, refusal, renderPublicAccount } from './github-answers.ts'
import { createCaches, type StoredCaches } from './github-caches.ts'
import { answerPackages, createPackage, type StoredPackage } from './github-packages.ts'
import { json, type RecordedRequest, type Reply, type ServerRequest } from './registry/exchange.ts'
import type { Fault } from './registry/faults.ts'
import { startServer } from './registry/server.ts'

/** GitHub's API for packages and for the Actions cache of `acme/factory`, in memory, on loopback. */
export type FakeGithub = AsyncDisposable & {
  /** Value for `GITHUB_API_URL`. */
  readonly url: string
  readonly requests: readonly RecordedRequest[]
  readonly exchanges: readonly Exchange[]
  /** How many requests were being answered at the same time, at most. */
  readonly busiest: () => number
  /** A new package, as its first push makes it. */
  readonly create: (owner: Account, name: string) => StoredPackage
  readonly caches: StoredCaches
  readonly close: () => Promise<void>
}

/** How GitHub behaves. */
export type FakeGithubOptions = {
  /** ms since the epoch, as those who ask see it. */
  readonly now?: () => number
  /** Requests an hour of one token. */
  readonly hourly?: number
  readonly fault?: Fault
}

const MINUTE = 60_000
const NO_FAULT: Fault = (_request, next) => next()
/** Of one token in a minute: 1 for a read, 5 for a write (docs, "Rate limits for the REST API"). */
const POINTS = 900

/** Counts what is asked, and refuses what is too much, as GitHub does. */
const createLimits = (now: () => number, hourly: number): Fault => {
  let recent: readonly { readonly at: number; readonly points: number }[] = []
  let hour = { ends: 0, left: hourly }
  const secondary = ({ method }: ServerRequest): Reply | undefined => {
    const points = method === 'GET' ? 1 : 5
    recent = recent.filter(({ at }) => at > now() - MINUTE)
    const used = recent.reduce((sum, one) => sum + one.points, 0)
    const [oldest] = recent
    if (used + points > POINTS && oldest !== undefined) {
      const wait = Math.ceil((oldest.at + MINUTE - now()) / 1000)
      return refusal(403, 'You have exceeded a secondary rate limit', { 'retry-after': String(wait) })
    }
    recent = [...recent, { at: now(), points }]
    return undefined
  }
  return (request, next) => {
    if (now() >= hour.ends) hour = { ends: now() + 60 * MINUTE, left: hourly }
    const spent = hour.left === 0
    hour = { ...hour, left: Math.max(0, hour.left - 1) }
    const headers = {
      'x-ratelimit-remaining': String(hour.left),
      'x-ratelimit-reset': String(Math.ceil(hour.ends / 1000)),
    }
    if (spent) return refusal(403, 'API rate limit exceeded for installation ID 1.', headers)
    const reply = secondary(request) ?? next()
    return { ...reply, headers: { ...headers, ...reply.headers } }
  }
}

const answerAccount = ({ path }: ServerRequest): Reply | undefined => {
  const [, login] = /^\/users\/([^/]+)$/.exec(path) ?? []
  if (login === undefined) return undefined
  const found = [ACCOUNTS.acme, ACCOUNTS.octocat].find((account) => account.login === login.toLowerCase())
  return found === undefined ? refusal(404, 'Not Found') : json(200, renderPublicAccount(found))
}

/** Starts the API. `await using github = await startGithubStores()` closes it at the end of the scope. */
export const startGithubStores = async (options: FakeGithubOptions = {}): Promise<FakeGithub> => {
  const { now = () => 0, hourly = 1_000_000, fault = NO_FAULT } = options
  const packages: StoredPackage[] = []
  const caches = createCaches(now)
  const exchanges: Exchange[] = []
  const limit = createLimits(now, hourly)
  const answer = (request: ServerRequest): Reply => {
    const asker = readAccount(request)
    if (asker.answer !== undefined) return asker.answer
    if (request.path.startsWith('/repos/acme/factory/actions/cache')) return caches.answer(asker.token, request)
    return answerAccount(request) ?? answerPackages(packages, asker, request) ?? refusal(404, 'Not Found')
  }
  const server = await startServer((request) => {
    const reply = limit(request, () => fault(request, () => answer(request)))
    exchanges.push({ request, reply })
    return reply
  })
  return {
    url: `http://${server.host}`,
    requests: server.requests,
    exchanges,
    busiest: server.busiest,
    create: (owner, name) => {
      const created = createPackage(owner, name, now)
      packages.push(created)
      return created
    },
    caches,
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  }
}
