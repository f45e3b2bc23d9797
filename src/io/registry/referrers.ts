import { OCI_INDEX } from '../../oci/media-types.ts'
import { type Descriptor, parseOciManifest } from '../../oci/oci-manifest.ts'
import { type Repository, repositoryOf } from '../../oci/reference.ts'
import { getManifest, headManifest, parseContent } from './manifests.ts'
import { parseNextLink } from './tags.ts'
import type { Session } from './session.ts'
import { send, urlOf } from './transport.ts'
import { RegistryError } from './registry-error.ts'

const MAX_PAGES = 100

/** The tag under which referrers are listed where the registry has no API for them (OCI distribution spec). */
export const referrersTag = (digest: string): string => digest.replace(':', '-').slice(0, 128)

const listByTag = async (session: Session, repository: Repository, digest: string): Promise<readonly Descriptor[]> => {
  const reference = { ...repository, tag: referrersTag(digest) }
  if ((await headManifest(session, reference)) === undefined) return []
  const { manifest } = await getManifest(session, reference)
  return manifest.kind === 'index' ? manifest.manifests : []
}

/**
 * What names a manifest as its subject: signatures, attestations and the like (OCI distribution spec, "Listing
 * Referrers"). Where there is no such API, by the tag that stands in for it. Empty for a digest that nobody names. Throws
 * {@link RegistryError} rather than return a part.
 */
export const listReferrers = async (
  session: Session,
  repository: Repository,
  digest: string,
): Promise<readonly Descriptor[]> => {
  const common = { method: 'GET', repository, actions: ['pull'], expect: [400, 404, 405] } as const
  const found: Descriptor[] = []
  let url = urlOf(session, { ...common, path: `referrers/${digest}` })
  for (let page = 0; page < MAX_PAGES; page++) {
    const { status, headers, bytes } = await send(session, { ...common, path: url.href })
    if (status >= 400) return listByTag(session, repository, digest)
    const reference = { ...repository, digest }
    const list = parseContent(reference, () => parseOciManifest(bytes.toString('utf8'), OCI_INDEX))
    found.push(...(list.kind === 'index' ? list.manifests : []))
    const next = parseNextLink(headers.get('link'))
    const to = next === undefined ? null : URL.parse(next, url.href)
    if (to === null) return found
    url = to
  }
  const message = `the list of referrers of ${repositoryOf(repository)}@${digest} does not end`
  throw new RegistryError(message, { registry: repository.registry })
}
