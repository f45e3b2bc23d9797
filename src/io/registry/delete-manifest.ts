import { identifierOf, type Reference } from '../../oci/reference.ts'
import { parseErrorCodes } from './failure.ts'
import type { Session } from './session.ts'
import { send } from './transport.ts'

/**
 * What came of asking for a deletion. `gone`: there is no such manifest, which is a success, too. `unsupported`: the
 * registry cannot delete what is named so, which some say only of tags. `refused`: it can, but not this one, as zot does
 * what an index still lists. `reason` is the registry's own word.
 */
export type ManifestDeletion =
  | { readonly status: 'deleted' }
  | { readonly status: 'gone' }
  | { readonly status: 'unsupported'; readonly reason: string }
  | { readonly status: 'refused'; readonly reason: string }

/**
 * Statuses of a registry that cannot do it: 405 by the specification, and 400 for a tag where only digests can be deleted
 * (distribution 2.8: DIGEST_INVALID). 404 is also what a registry says that knows no such route: UNSUPPORTED.
 */
const EXPECTED = [400, 404, 405, 501]

/**
 * Deletes what a reference names (OCI distribution spec, "Deleting Manifests"): a tag alone, or by digest the manifest
 * with all tags on it. All that ask for it share a token, which is good for reading as well. Throws RegistryError for
 * anything that is neither done nor impossible, 401 and 403 above all.
 */
export const deleteManifest = async (session: Session, reference: Reference): Promise<ManifestDeletion> => {
  const { status, bytes } = await send(session, {
    method: 'DELETE',
    repository: reference,
    path: `manifests/${identifierOf(reference)}`,
    actions: ['pull', 'delete'],
    expect: EXPECTED,
  })
  if (status >= 200 && status < 300) return { status: 'deleted' }
  const [error] = parseErrorCodes(bytes.toString('utf8'))
  if (status === 404 && error?.code !== 'UNSUPPORTED') return { status: 'gone' }
  const said = [error?.code ?? '', error?.message ?? ''].filter((text) => text !== '').join(': ')
  const reason = said === '' ? String(status) : `${status} ${said}`
  return { status: error?.code === 'DENIED' ? 'refused' : 'unsupported', reason }
}
