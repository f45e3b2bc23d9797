import { type Account, pageOf, refusal, renderAccount, TOKENS } from './github-answers.ts'
import { json, type Reply, type ServerRequest } from './registry/exchange.ts'

/** A version of a container package, as GitHub keeps it. */
export type StoredVersion = {
  readonly id: number
  /** `sha256:<hex>` */
  readonly digest: string
  readonly tags: readonly string[]
  /** ms since the epoch */
  readonly createdAt: number
  readonly downloads: number
  /** ms since the epoch; undefined while it is there. */
  readonly deletedAt?: number | undefined
}

/** A container package; it can be changed as a push does. */
export type StoredPackage = {
  readonly owner: Account
  readonly name: string
  /** Those that are there, newest first. */
  readonly versions: () => readonly StoredVersion[]
  /** Adds a version on top, and takes its tags from all others. Its digest is made up unless a registry has it. */
  readonly push: (
    tags: readonly string[],
    more?: { readonly downloads?: number; readonly digest?: string },
  ) => StoredVersion
  /** Moves a tag onto a version that is there. */
  readonly retag: (id: number, tag: string) => void
  /** Deletes past the API. */
  readonly remove: (id: number) => void
  /** What the API answers below `…/packages/container/<name>`. */
  readonly answer: (token: string, below: string, request: ServerRequest) => Reply
}

const RESTORABLE = 30 * 24 * 3_600_000
const MAX_DOWNLOADS = 5_000

/** How the paths of an owner's packages begin, in GitHub's own links. */
const baseOf = ({ login, type }: Account): string => `${type === 'Organization' ? 'orgs' : 'users'}/${login}/packages`

const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')

const renderVersion = (owner: Account, name: string, version: StoredVersion): object => {
  const path = `${baseOf(owner)}/container/${encodeURIComponent(name)}`
  const { id, digest, tags, createdAt, deletedAt } = version
  return {
    id,
    name: digest,
    url: `https://api.github.com/${path}/versions/${id}`,
    package_html_url: `https://github.com/${baseOf(owner)}/container/package/${encodeURIComponent(name)}`,
    html_url: `https://github.com/${path}/${id}`,
    created_at: iso(createdAt),
    updated_at: iso(createdAt),
    ...(deletedAt === undefined ? {} : { deleted_at: iso(deletedAt) }),
    metadata: { package_type: 'container', container: { tags } },
  }
}

/** Why GitHub deletes a version never, in its words. */
const neverDeleted = (versions: readonly StoredVersion[], { tags, downloads }: StoredVersion): string | undefined => {
  const instead = 'of a package. You must delete the package instead.'
  if (versions.length === 1) return `You cannot delete the last version ${instead}`
  const tagged = versions.filter((version) => version.tags.length > 0)
  if (tags.length > 0 && tagged.length === 1) return `You cannot delete the last tagged version ${instead}`
  const popular = 'Publicly visible package versions with more than 5000 downloads cannot be deleted.'
  return downloads > MAX_DOWNLOADS ? `${popular} Contact GitHub support for further assistance.` : undefined
}

/** Package of an owner with no version yet. `now` in ms since the epoch. */
export const createPackage = (owner: Account, name: string, now: () => number): StoredPackage => {
  const all = new Map<number, StoredVersion>()
  const versions = (): readonly StoredVersion[] =>
    [...all.values()].filter(({ deletedAt }) => deletedAt === undefined).toReversed()
  const change = (id: number, changes: Partial<StoredVersion>): void => {
    const found = all.get(id)
    if (found !== undefined) all.set(id, { ...found, ...changes })
  }
  const holders = new Map<string, number>()
  const move = (tag: string, id: number): void => {
    const holder = all.get(holders.get(tag) ?? id)
    if (holder !== undefined) change(holder.id, { tags: holder.tags.filter((one) => one !== tag) })
    holders.set(tag, id)
  }
  const push: StoredPackage['push'] = (tags, { downloads = 0, digest } = {}) => {
    const id = 1_000_000 + all.size
    const madeUp = `sha256:${id.toString(16).padStart(64, '0')}`
    const version = { id, digest: digest ?? madeUp, tags, createdAt: now(), downloads }
    for (const tag of tags) move(tag, id)
    all.set(id, version)
    return version
  }
  const list = ({ query, headers, path }: ServerRequest): Reply => {
    const deleted = [...all.values()].filter(({ deletedAt }) => deletedAt !== undefined).toReversed()
    const { shown, link } = pageOf(
      query.get('state') === 'deleted' ? deleted : versions(),
      `http://${headers['host'] ?? ''}${path}`,
      query,
    )
    return json(200, shown.map((version) => renderVersion(owner, name, version)), link) // prettier-ignore
  }
  const remove = (version: StoredVersion): Reply => {
    const refused = neverDeleted(versions(), version)
    if (refused !== undefined) return refusal(400, refused)
    change(version.id, { deletedAt: now() })
    return { status: 204 }
  }
  const restore = (version: StoredVersion): Reply => {
    const { id, deletedAt } = version
    if (deletedAt === undefined || now() - deletedAt > RESTORABLE) return refusal(404, 'Package not found.')
    change(id, { deletedAt: undefined })
    return { status: 204 }
  }
  const renderPackage = (): object => ({
    id: 197,
    name,
    package_type: 'container',
    owner: renderAccount(owner),
    version_count: versions().length,
    visibility: 'public',
    url: `https://api.github.com/${baseOf(owner)}/container/${encodeURIComponent(name)}`,
    html_url: `https://github.com/${baseOf(owner)}/container/package/${encodeURIComponent(name)}`,
    created_at: iso(0),
    updated_at: iso(0),
  })
  const answer: StoredPackage['answer'] = (token, below, request) => {
    const { method } = request
    if (below === '') return json(200, renderPackage())
    if (below === '/versions') return list(request)
    const [, id, verb] = /^\/versions\/(\d+)(\/restore)?$/.exec(below) ?? []
    const version = all.get(Number(id))
    if (version === undefined) return refusal(404, 'Package not found.')
    if (method !== 'GET' && token === TOKENS.readOnly) return refusal(403, 'Resource not accessible by integration')
    // A repository without a role in the package gets to see it, if it is public, and is told that there is none to delete.
    if (method !== 'GET' && token === TOKENS.unlinked) return refusal(404, 'Package not found.')
    if (verb !== undefined) return restore(version)
    if (version.deletedAt !== undefined) return refusal(404, 'Package not found.')
    return method === 'DELETE' ? remove(version) : json(200, renderVersion(owner, name, version))
  }
  return {
    owner,
    name,
    versions,
    push,
    retag: (id, tag) => {
      move(tag, id)
      const found = all.get(id)
      if (found !== undefined) change(id, { tags: [...found.tags, tag] })
    },
    remove: (id) => {
      change(id, { deletedAt: now() })
    },
    answer,
  }
}

/** Whether the path is the one for such an owner. */
const fits = ({ type }: Account, path: string): boolean => (type === 'Organization') === path.startsWith('/orgs/')

const PACKAGE = /^\/(?:(?:orgs|users)\/([^/]+)|user)\/packages\/container\/([^/]+)(.*)$/

/** What the API answers to a path of packages; undefined for others. `account` is who asks. */
export const answerPackages = (
  packages: readonly StoredPackage[],
  { token, account }: { readonly token: string; readonly account: Account },
  request: ServerRequest,
): Reply | undefined => {
  const found = PACKAGE.exec(request.path)
  if (found === null) return undefined
  const [, login = account.login, name = '', below = ''] = found
  const stored = packages.find(
    (one) => one.owner.login === login && one.name === decodeURIComponent(name) && fits(one.owner, request.path),
  )
  return stored === undefined ? refusal(404, 'Package not found.') : stored.answer(token, below, request)
}
