import type { Repository } from '../../oci/reference.ts'
import { verifyContent } from './content.ts'
import type { Session } from './session.ts'
import { send } from './transport.ts'

/** Fetches a blob whole, verified against its digest. Throws RegistryError, also when it is longer than `maxBytes`. */
export const getBlob = async (
  session: Session,
  repository: Repository,
  digest: string,
  { maxBytes }: { readonly maxBytes: number },
): Promise<Buffer> => {
  const { bytes } = await send(session, {
    method: 'GET',
    repository,
    path: `blobs/${digest}`,
    actions: ['pull'],
    maxBytes,
  })
  verifyContent(bytes, digest, repository)
  return bytes
}
