import { isDigest, type Reference, formatReference, identifierOf, repositoryOf } from '../../oci/reference.ts'
import { MANIFEST_MEDIA_TYPES, parseContentType } from '../../oci/media-types.ts'
import { OciContentError } from '../../oci/json.ts'
import { parseOciManifest } from '../../oci/oci-manifest.ts'
import { sha256Of, verifyContent } from './content.ts'
import type { FetchedManifest, ManifestHead } from './fetched-manifest.ts'
import { RegistryError } from './registry-error.ts'
import type { Session } from './session.ts'
import { type RegistryRequest, send } from './transport.ts'

const requestFor = (method: 'GET' | 'HEAD', reference: Reference): RegistryRequest => ({
  method,
  repository: reference,
  path: `manifests/${identifierOf(reference)}`,
  actions: ['pull'],
  headers: { accept: MANIFEST_MEDIA_TYPES.join(', ') },
})

/** Turns complaints about content into errors that say whose content it is. */
export const parseContent = <T>(reference: Reference, parse: () => T): T => {
  try {
    return parse()
  } catch (cause) {
    if (!(cause instanceof OciContentError)) throw cause
    const message = `${formatReference(reference)} cannot be read: ${cause.message}`
    throw new RegistryError(message, { registry: reference.registry }, { cause })
  }
}

const fetchManifest = async (session: Session, reference: Reference): Promise<FetchedManifest> => {
  const { headers, bytes } = await send(session, requestFor('GET', reference))
  const header = headers.get('docker-content-digest') ?? ''
  const named = reference.digest ?? (isDigest(header) ? header : undefined)
  if (named !== undefined) verifyContent(bytes, named, reference)
  const contentType = parseContentType(headers.get('content-type'))
  const manifest = parseContent(reference, () => parseOciManifest(bytes.toString('utf8'), contentType))
  const digest = named ?? sha256Of(bytes)
  return { descriptor: { digest, mediaType: manifest.mediaType, size: bytes.length }, manifest, bytes }
}

/** Manifests are small; this many are at hand. */
const MAX_REMEMBERED = 256

/**
 * Fetches what a reference points to. Its content must match the reference's digest, or for a tag the digest the
 * registry names. What is asked for by digest is fetched once in a session, since registries count fetches; whether it
 * still exists, {@link headManifest} tells. Throws {@link RegistryError}, also for 404.
 */
export const getManifest = (session: Session, reference: Reference): Promise<FetchedManifest> => {
  if (reference.digest === undefined) return fetchManifest(session, reference)
  const { manifests } = session
  const key = `${repositoryOf(reference)}@${reference.digest}`
  const remembered = manifests.get(key)
  if (remembered !== undefined) return remembered
  const fetched = fetchManifest(session, reference)
  const oldest = manifests.size < MAX_REMEMBERED ? undefined : manifests.keys().next().value
  if (oldest !== undefined) manifests.delete(oldest)
  manifests.set(key, fetched)
  fetched.catch(() => manifests.delete(key))
  return fetched
}

/** The head as the headers tell it; undefined where the registry leaves something out. */
const parseHead = (headers: Headers): ManifestHead | undefined => {
  const digest = headers.get('docker-content-digest') ?? ''
  const mediaType = parseContentType(headers.get('content-type'))
  const length = headers.get('content-length') ?? ''
  if (!isDigest(digest) || mediaType === undefined || !/^\d+$/.test(length)) return undefined
  return { digest, mediaType, size: Number(length) }
}

/**
 * Looks up what a reference points to; undefined when it does not exist. Registries that do not say all of it in
 * answer to HEAD are asked with GET.
 */
export const headManifest = async (session: Session, reference: Reference): Promise<ManifestHead | undefined> => {
  const answer = await send(session, { ...requestFor('HEAD', reference), expect: [404] })
  if (answer.status === 404) return undefined
  const head = parseHead(answer.headers)
  if (head === undefined) return (await getManifest(session, reference)).descriptor
  if (reference.digest === undefined || reference.digest === head.digest) return head
  const message = `${formatReference(reference)}: the registry answers with ${head.digest}`
  throw new RegistryError(message, { registry: reference.registry })
}
