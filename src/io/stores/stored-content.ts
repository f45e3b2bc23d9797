import { isIndexMediaType, isManifestMediaType } from '../../oci/media-types.ts'
import type { FetchedManifest } from '../registry/fetched-manifest.ts'
import type { StoredContent } from './store.ts'

const isDocument = (mediaType: string): boolean => isIndexMediaType(mediaType) || isManifestMediaType(mediaType)

/** What a fetched OCI manifest or index says of itself. An older BuildKit cache is an index that lists blobs. */
export const storedContentOf = ({ descriptor, manifest }: FetchedManifest): StoredContent => {
  const listed = manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers]
  const { artifactType, subject } = manifest
  return {
    ...descriptor,
    kind: manifest.kind,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(manifest.kind === 'index' ? {} : { configType: manifest.config.mediaType }),
    ...(subject === undefined ? {} : { subject: subject.digest }),
    children: listed.filter(({ mediaType }) => isDocument(mediaType)),
    blobs: listed.filter(({ mediaType }) => !isDocument(mediaType)),
  }
}
