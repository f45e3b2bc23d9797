import { EMPTY_JSON, renderArtifact } from '../../oci/artifact.ts'
import { OCI_MANIFEST } from '../../oci/media-types.ts'
import { formatReference, identifierOf, type Reference, type Repository, repositoryOf } from '../../oci/reference.ts'
import { sha256Of } from './content.ts'
import type { ManifestHead } from './fetched-manifest.ts'
import { printable, RegistryError } from './registry-error.ts'
import type { Session } from './session.ts'
import { type RegistryRequest, resolveLocation, send } from './transport.ts'

/** Content as it is pushed. */
export type Bytes = Uint8Array<ArrayBuffer>

/** A blob that is in the registry. */
export type BlobHead = {
  /** `sha256:<hex>` */
  readonly digest: string
  /** bytes */
  readonly size: number
}

/** An artifact with its content at hand. */
export type ArtifactToPush = {
  /** Media type that says what it is. */
  readonly artifactType: string
  readonly layers: readonly {
    readonly mediaType: string
    readonly bytes: Bytes
    readonly annotations?: Readonly<Record<string, string>>
  }[]
  readonly annotations: Readonly<Record<string, string>>
}

/** All requests of a push ask for the same, so that they share a token. */
const ACTIONS = ['pull', 'push'] as const

/** Whether the blob is there. A registry that does not tell is sent the blob, and says then what is wrong. */
const hasBlob = async (session: Session, repository: Repository, digest: string): Promise<boolean> => {
  const request = { method: 'HEAD', repository, path: `blobs/${digest}`, actions: ACTIONS } as const
  const { status } = await send(session, { ...request, expect: [403, 404, 405] })
  return status === 200
}

/** Adds the digest to where an upload goes. The rest of its query may be signed, so it is kept letter by letter. */
const withDigest = (location: URL, digest: string): string => {
  const url = new URL(location)
  url.search = `${url.search}${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`
  return url.href
}

/** Opens an upload, and returns where the blob goes: any URL, with any query. */
const openUpload = async (session: Session, repository: Repository): Promise<URL> => {
  const request: RegistryRequest = { method: 'POST', repository, path: 'blobs/uploads/', actions: ACTIONS }
  const { headers } = await send(session, request)
  const location = headers.get('location')
  if (location !== null) return resolveLocation(session, request, location)
  const message = `${repositoryOf(repository)}: the registry does not say where an upload goes`
  throw new RegistryError(message, { registry: repository.registry })
}

/** Uploads a blob whole (OCI distribution spec, "Pushing a blob monolithically"); false when the upload got lost. */
const upload = async (session: Session, repository: Repository, bytes: Bytes, digest: string): Promise<boolean> => {
  const path = withDigest(await openUpload(session, repository), digest)
  const { status } = await send(session, {
    method: 'PUT',
    repository,
    path,
    actions: ACTIONS,
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
    expect: [404],
  })
  return status !== 404
}

/**
 * Pushes a blob, unless it is there. When an answer gets lost, the upload is over for the registry (404) although
 * nobody knows how it ended; so the whole is tried once more. Throws {@link RegistryError}.
 */
export const putBlob = async (session: Session, repository: Repository, bytes: Bytes): Promise<BlobHead> => {
  const head = { digest: sha256Of(bytes), size: bytes.length }
  for (let tries = 0; tries < 2; tries++) {
    if (await hasBlob(session, repository, head.digest)) return head
    if (await upload(session, repository, bytes, head.digest)) return head
  }
  const message = `${repositoryOf(repository)}: the registry forgets the upload of ${head.digest} before it is done`
  throw new RegistryError(message, { registry: repository.registry, status: 404 })
}

/** Pushes a manifest under a tag, or by its digest, and returns the digest. Throws {@link RegistryError}. */
export const putManifest = async (
  session: Session,
  reference: Reference,
  bytes: Bytes,
  mediaType: string,
): Promise<string> => {
  const { headers } = await send(session, {
    method: 'PUT',
    repository: reference,
    path: `manifests/${identifierOf(reference)}`,
    actions: ACTIONS,
    headers: { 'content-type': mediaType },
    body: bytes,
  })
  const digest = sha256Of(bytes)
  const stored = headers.get('docker-content-digest') ?? digest
  if (stored === digest) return digest
  const message = `${formatReference(reference)}: the registry stored ${printable(stored)} instead of ${digest}`
  throw new RegistryError(message, { registry: reference.registry })
}

/**
 * Pushes an artifact with its content, the manifest last, so that whoever finds it finds all of it. Returns what the
 * reference points to then. Throws {@link RegistryError}.
 */
export const putArtifact = async (
  session: Session,
  reference: Reference,
  { artifactType, layers, annotations }: ArtifactToPush,
): Promise<ManifestHead> => {
  const contents = [Buffer.from(EMPTY_JSON), ...layers.map(({ bytes }) => bytes)]
  const blobs = new Map(contents.map((bytes) => [sha256Of(bytes), bytes]))
  await Promise.all([...blobs.values()].map((bytes) => putBlob(session, reference, bytes)))
  const described = layers.map(({ bytes, ...layer }) => ({ ...layer, digest: sha256Of(bytes), size: bytes.length }))
  const manifest = Buffer.from(renderArtifact({ artifactType, layers: described, annotations }))
  const digest = await putManifest(session, reference, manifest, OCI_MANIFEST)
  return { digest, mediaType: OCI_MANIFEST, size: manifest.length }
}
