import { isDigest } from '../../oci/reference.ts'
import { type Page, parseLastPage, readAllPages } from '../github-pages.ts'
import { GithubError } from '../github-retry.ts'
import type { GithubSession } from '../github-session.ts'
import { type OwnerPath, readOwnerPath } from './package-owner.ts'

/** A container package of the Packages API. */
export type ContainerPackage = {
  /** Login of an organization or a user. */
  readonly owner: string
  /** What follows it in the reference; may have slashes. */
  readonly name: string
}

/** One digest of a container package, as the Packages API knows it. */
export type PackageVersion = {
  readonly id: number
  /** `sha256:<hex>` */
  readonly digest: string
  /** Sorted. */
  readonly tags: readonly string[]
  /** ISO 8601 UTC. */
  readonly createdAt: string
}

/** What came of deleting a version. `present`: GitHub says 404, and yet it is there. */
export type VersionDeletion = 'deleted' | 'gone' | 'present'

/** The versions of one container package. Everything throws {@link GithubError}. */
export type PackageVersions = {
  readonly list: () => Promise<readonly PackageVersion[]>
  /** Undefined when there is none. */
  readonly read: (id: number) => Promise<PackageVersion | undefined>
  readonly delete: (id: number) => Promise<VersionDeletion>
  /** The path that a `POST` brings a deleted version back by, for 30 days. */
  readonly restorePath: (id: number) => Promise<string>
}

const PER_PAGE = 100

/** Reads a `package-version` of GitHub's API. */
const parseVersion = (value: unknown): PackageVersion => {
  const { id, name, created_at, metadata } = value as Readonly<Record<string, unknown>> & {
    readonly metadata?: { readonly container?: { readonly tags?: unknown } }
  }
  const tags = metadata?.container?.tags
  const tagged = Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')
  const named = typeof name === 'string' && isDigest(name)
  if (typeof id !== 'number' || !named || typeof created_at !== 'string' || !tagged) {
    throw new Error('GitHub sent a version of a container package without id, digest, tags or date')
  }
  return { id, digest: name, tags: tags.toSorted(), createdAt: created_at }
}

const parseVersions = (value: unknown): readonly PackageVersion[] => (value as readonly unknown[]).map(parseVersion)

const isNotFound = (error: unknown): boolean =>
  error instanceof GithubError && error.failure.kind === 'denied' && error.failure.status === 404

/** What a request is about: a template of Octokit, which encodes slashes, and what it needs. */
type Target = {
  readonly path: `${OwnerPath}/packages/container/{name}/versions`
  readonly names: { readonly name: string; readonly owner?: string }
}

const readPage = async ({ ask }: GithubSession, { path, names }: Target, page: number): Promise<Page<PackageVersion>> =>
  ask(async (octokit) => {
    const answer = await octokit.request(`GET ${path}`, { ...names, per_page: PER_PAGE, page })
    return { items: parseVersions(answer.data), last: parseLastPage(answer.headers.link, page) }
  })

const readVersion = async (
  { ask }: GithubSession,
  { path, names }: Target,
  id: number,
): Promise<PackageVersion | undefined> => {
  try {
    return await ask(async (octokit) => {
      const answer = await octokit.request(`GET ${path}/{id}`, { ...names, id })
      return parseVersion(answer.data)
    })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** GitHub says 404 for what is not there, and for what the token may not delete. */
const deleteVersion = async (session: GithubSession, target: Target, id: number): Promise<VersionDeletion> => {
  const { path, names } = target
  let sent = 0
  try {
    await session.ask((octokit) => {
      sent++
      return octokit.request(`DELETE ${path}/{id}`, { ...names, id })
    })
    return 'deleted'
  } catch (error) {
    if (!isNotFound(error)) throw error
    if ((await readVersion(session, target, id)) !== undefined) return 'present'
    // What is not there any more when a request is repeated was deleted by the one whose answer got lost.
    return sent > 1 ? 'deleted' : 'gone'
  }
}

/** The versions of a package, through the Packages API. Whose it is, is asked once. */
export const createPackageVersions = (session: GithubSession, names: ContainerPackage): PackageVersions => {
  let found: Promise<OwnerPath> | undefined
  const readTarget = async (): Promise<Target> => {
    // What failed is asked again.
    found ??= readOwnerPath(session, names.owner).catch((error: unknown) => {
      found = undefined
      throw error
    })
    const ownerPath = await found
    // Octokit sends as a parameter or a body what the path does not need.
    const { owner, name } = names
    return {
      path: `${ownerPath}/packages/container/{name}/versions`,
      names: ownerPath === '/user' ? { name } : { owner, name },
    }
  }
  return {
    list: async () => {
      const target = await readTarget()
      return readAllPages(
        (page) => readPage(session, target, page),
        ({ id }) => id,
      )
    },
    read: async (id) => readVersion(session, await readTarget(), id),
    delete: async (id) => deleteVersion(session, await readTarget(), id),
    restorePath: async (id) => {
      const { path } = await readTarget()
      const encoded = path.replace('{owner}', names.owner).replace('{name}', encodeURIComponent(names.name))
      return `${encoded}/${id}/restore`
    },
  }
}
