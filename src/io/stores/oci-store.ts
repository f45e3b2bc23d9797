import { type Reference, type Repository, repositoryOf } from '../../oci/reference.ts'
import { RegistryError } from '../registry/registry-error.ts'
import type { OciClient } from './oci-client.ts'
import { createOciDeletion } from './oci-deletion.ts'
import type { Holding } from '../../retention/holding.ts'
import type { Inspection, Store } from './store.ts'
import { storedContentOf } from './stored-content.ts'

/** As many requests as a session makes to one registry at the same time. */
const CONCURRENCY = 6

const readManifest = async (client: OciClient, reference: Reference): Promise<Inspection> => {
  try {
    return { status: 'read', content: storedContentOf(await client.getManifest(reference)) }
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    return error.status === 404 ? { status: 'gone' } : { status: 'unreadable', reason: error.message }
  }
}

/** The tags of a repository with what they lead to, by digest; what could not be read is alone under its tag. */
const readTags = async (
  client: OciClient,
  repository: Repository,
  tags: readonly string[],
  seen: Map<string, Inspection>,
): Promise<ReadonlyMap<string, Holding>> => {
  const objects = new Map<string, Holding>()
  const inspections = await Promise.all(tags.map((tag) => readManifest(client, { ...repository, tag })))
  for (const [index, inspection] of inspections.entries()) {
    const tag = tags[index] ?? ''
    if (inspection.status === 'gone') continue
    const digest = inspection.status === 'read' ? inspection.content.digest : undefined
    const id = digest ?? tag
    seen.set(id, inspection)
    const others = objects.get(id)?.tags ?? []
    objects.set(id, { id, tags: [...others, tag].sort(), ...(digest === undefined ? {} : { digest }) })
  }
  return objects
}

/**
 * A repository of any registry that follows the OCI distribution specification. Listing reads the manifest of each tag
 * with one request, since nothing else says what a tag leads to. What no tag leads to is found as a child or a referrer
 * of something else, by `find` if somebody knows its digest, or not at all.
 */
export const createOciStore = (client: OciClient, repository: Repository): Store => {
  const seen = new Map<string, Inspection>()
  const deletion = createOciDeletion(client, repository)
  const inspect: Store['inspect'] = async ({ digest, tags: [tag] }) => {
    const id = digest ?? tag ?? ''
    const known = seen.get(id)
    if (known !== undefined) return known
    const found = await readManifest(client, { ...repository, ...(digest === undefined ? { tag: id } : { digest }) })
    seen.set(id, found)
    return found
  }
  const list: Store['list'] = async () => {
    const tags = await client.listTags(repository)
    if (tags === undefined) return undefined
    const objects = [...(await readTags(client, repository, tags, seen)).values()]
    deletion.listed(tags)
    return objects
  }
  const find: Store['find'] = async (digests) => {
    const isThere = async (digest: string): Promise<boolean> =>
      seen.get(digest)?.status === 'read' || (await client.headManifest({ ...repository, digest })) !== undefined
    const found = await Promise.all(digests.map(isThere))
    return digests.filter((_, index) => found[index]).map((digest) => ({ id: digest, tags: [], digest }))
  }
  const referrers: Store['referrers'] = async (subject) =>
    (await client.listReferrers(repository, subject)).map(({ digest }) => ({ id: digest, tags: [], digest }))
  return {
    backend: 'oci',
    name: repositoryOf(repository),
    pace: { concurrency: CONCURRENCY },
    list,
    find,
    inspect,
    referrers,
    delete: deletion.delete,
  }
}
