import { formatReference, type Repository } from '../../oci/reference.ts'
import { reasonOf } from '../failure-reason.ts'
import { deletesPerMinute } from '../github-points.ts'
import { GithubError } from '../github-retry.ts'
import type { GithubSession } from '../github-session.ts'
import { RegistryError } from '../registry/registry-error.ts'
import type { Registry } from '../registry/registry.ts'
import { deletionOf, explainGithubError, type Remedies } from './github-deletion.ts'
import { createPackageVersions, type PackageVersion, type PackageVersions } from './package-versions.ts'
import type { Holding } from '../../retention/holding.ts'
import type { Deletion, Store } from './store.ts'

/** A package of GitHub's container registry: listed and deleted through the Packages API, read as any registry. */
export type GhcrOptions = {
  readonly session: GithubSession
  readonly repository: Repository
  readonly registry: Pick<Registry, 'listTagsWithin'>
  /** How the same repository is read as an OCI registry. */
  readonly oci: Pick<Store, 'inspect' | 'referrers'>
}

/** Each delete is preceded by a read. */
const PACE = { concurrency: 4, perMinute: deletesPerMinute(1) }

const remediesFor = (name: string): Remedies => ({
  token:
    'give the input github-token a token that is still good: `${{ github.token }}`, or a classic personal access token ' +
    'with `read:packages` and `delete:packages`; fine-grained ones do not reach packages',
  permission:
    `give the job \`packages: write\`, and its repository the role Admin in the settings of the package ${name} ` +
    'under "Manage Actions access" (a package of another repository does not have it by itself); or use a classic ' +
    'personal access token with `read:packages` and `delete:packages` of someone who has that role',
})

const objectOf = ({ id, digest, tags, createdAt }: PackageVersion): Holding => ({
  id: String(id),
  tags,
  digest,
  pushedAt: createdAt,
})

/** Why the version is not what was listed; undefined when it is. */
const movedReason = (object: Holding, { digest, tags }: PackageVersion): string | undefined => {
  if (object.digest !== digest) return `it has the digest ${digest} now`
  if (object.tags.toSorted().join() === tags.join()) return undefined
  return tags.length === 0 ? 'it has no tag any more' : `it has the tags ${tags.join(', ')} now`
}

const deleteUnmoved = async (
  versions: PackageVersions,
  object: Holding,
  id: number,
  { permission }: Remedies,
): Promise<Deletion> => {
  const found = await versions.read(id)
  if (found === undefined) return { status: 'gone' }
  const reason = movedReason(object, found)
  if (reason !== undefined) return { status: 'moved', reason }
  switch (await versions.delete(id)) {
    case 'deleted':
      return { status: 'deleted', restore: `gh api --method POST ${await versions.restorePath(id)}` }
    case 'gone':
      return { status: 'gone' }
    case 'present':
      return { status: 'failed', reason: `GitHub says 404, though version ${id} is there; ${permission}` }
  }
}

/**
 * GitHub says 404 for a package that the token may not see, too; the registry knows whether there is one. Where it does
 * not tell, there may be.
 */
const isInRegistry = async (registry: GhcrOptions['registry'], repository: Repository): Promise<boolean> => {
  try {
    return (await registry.listTagsWithin(repository, { maxPages: 1 })) !== undefined
  } catch (error) {
    if (error instanceof RegistryError) return true
    throw error
  }
}

/** The store of a package on GHCR, whose own registry refuses to delete (405). */
export const createGhcrStore = ({ session, repository, registry, oci }: GhcrOptions): Store => {
  const name = formatReference(repository)
  const [owner = '', ...rest] = repository.repository.split('/')
  const versions = createPackageVersions(session, { owner, name: rest.join('/') })
  const remedies = remediesFor(name)
  let listed: ReadonlyMap<string, Holding> = new Map()
  const list = async (): Promise<readonly Holding[] | undefined> => {
    try {
      const objects = (await versions.list()).map(objectOf)
      listed = new Map(objects.map((object) => [object.digest ?? object.id, object]))
      return objects
    } catch (error) {
      if (!(error instanceof GithubError)) throw error
      const { failure } = error
      const missing = failure.kind === 'denied' && failure.status === 404
      if (missing && !(await isInRegistry(registry, repository))) return undefined
      throw new Error(`${name}: ${explainGithubError(error, remedies)}`, { cause: error })
    }
  }
  return {
    backend: 'ghcr',
    name,
    pace: PACE,
    list,
    find: () => Promise.resolve([]),
    inspect: oci.inspect,
    // All that is there has been listed, tagged or not. What came since is no object yet.
    referrers: async (digest) =>
      (await oci.referrers(digest)).flatMap((object) => listed.get(object.digest ?? object.id) ?? []),
    delete: async (object) => {
      const known = /^\d+$/.test(object.id) ? object.id : listed.get(object.id)?.id
      if (known === undefined) return { status: 'gone' }
      try {
        return await deleteUnmoved(versions, object, Number(known), remedies)
      } catch (error) {
        return error instanceof GithubError
          ? deletionOf(error, remedies)
          : { status: 'failed', reason: reasonOf(error) }
      }
    },
  }
}
