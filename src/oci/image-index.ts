import { arrayAt, OciContentError, parseMembers } from './json.ts'
import { OCI_INDEX } from './media-types.ts'
import { type Descriptor, type OciIndex, parseOciManifest } from './oci-manifest.ts'
import { type Platform, type PlatformFields, platformOf } from './platform.ts'

/** An entry of an index, with what it is written as: also the fields that we do not read. */
export type IndexEntry = { readonly descriptor: Descriptor; readonly written: unknown }

/** Of which image an attestation speaks (BuildKit docs, "Attestation storage"). */
const ATTESTED = 'vnd.docker.reference.digest'

/**
 * The entries of an index that make up the image of a platform: itself, and the attestations that speak of it. Empty when
 * the index has none for it. Throws OciContentError.
 */
export const entriesFor = (text: string, index: OciIndex, platform: Platform): readonly IndexEntry[] => {
  const written = arrayAt(parseMembers(text, 'OCI index'), 'manifests')
  const entries = index.manifests.map((descriptor, position) => ({ descriptor, written: written[position] }))
  const own = entries.find(({ descriptor }) => descriptor.platform && platformOf(descriptor.platform) === platform)
  if (own === undefined) return []
  return entries.filter((entry) => entry === own || entry.descriptor.annotations[ATTESTED] === own.descriptor.digest)
}

/** The entry of a single OCI manifest, whose config says what platform it is of. */
export const entryOf = (
  { mediaType, digest, size }: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>,
  { os, architecture, variant }: PlatformFields,
): IndexEntry => {
  const platform = { architecture, os, ...(variant === undefined || variant === '' ? {} : { variant }) }
  const written = { mediaType, digest, size, platform }
  return { descriptor: { ...written, annotations: {} }, written }
}

/**
 * The text of an OCI index, in the form of `docker buildx imagetools create`. Throws OciContentError should it not be
 * readable as one.
 */
export const renderIndex = (entries: readonly IndexEntry[], annotations: Readonly<Record<string, string>>): string => {
  const manifests = entries.map(({ written }) => written)
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations }, null, 2)
  if (parseOciManifest(text).kind !== 'index') throw new OciContentError('the index cannot be read back')
  return text
}
