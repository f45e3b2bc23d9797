import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { pinReference, type Reference } from '../../oci/reference.ts'
import { getBlob } from './blobs.ts'
import { getManifest, headManifest } from './manifests.ts'
import { putArtifact } from './push.ts'
import { RegistryError } from './registry-error.ts'
import type { Session } from './session.ts'

const pack = promisify<Buffer, Buffer<ArrayBuffer>>(gzip)
const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)

/** Longer than the text of any plan: 100,000 work items make some 60 MB. */
const MAX_TEXT_BYTES = 400e6
const MAX_PACKED_BYTES = 100e6

/** Keeps a text in a registry, packed with gzip, as an artifact of that type. Throws {@link RegistryError}. */
export const putText = async (session: Session, reference: Reference, artifactType: string, text: string) => {
  const bytes = await pack(Buffer.from(text))
  await putArtifact(session, reference, { artifactType, layers: [{ mediaType: artifactType, bytes }], annotations: {} })
}

/**
 * The text that {@link putText} kept; undefined when there is nothing, or something of another type. Throws
 * {@link RegistryError}, also for a text that cannot be unpacked.
 */
export const getText = async (
  session: Session,
  reference: Reference,
  artifactType: string,
): Promise<string | undefined> => {
  const head = await headManifest(session, reference)
  if (head === undefined) return undefined
  const { manifest } = await getManifest(session, pinReference(reference, head.digest))
  const layer = manifest.kind === 'manifest' && manifest.artifactType === artifactType ? manifest.layers[0] : undefined
  if (layer === undefined) return undefined
  const bytes = await getBlob(session, reference, layer.digest, { maxBytes: MAX_PACKED_BYTES })
  try {
    return (await unpack(bytes, { maxOutputLength: MAX_TEXT_BYTES })).toString('utf8')
  } catch (cause) {
    throw new RegistryError(`${layer.digest} cannot be unpacked`, { registry: reference.registry }, { cause })
  }
}
