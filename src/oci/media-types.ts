/** OCI image spec, media-types.md. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
export const OCI_LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip'
/** The config of an artifact that has none: the two bytes `{}`. */
export const OCI_EMPTY = 'application/vnd.oci.empty.v1+json'

/** Docker's image manifest version 2, schema 2. */
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'

/** The config of a cache that BuildKit's registry exporter wrote. */
export const BUILDKIT_CACHE_CONFIG = 'application/vnd.buildkit.cacheconfig.v0'

/** What we can read where a registry is asked for a manifest; the value of `Accept`. */
export const MANIFEST_MEDIA_TYPES: readonly string[] = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST]

/** Whether the media type is that of a list of OCI manifests, one for each platform. */
export const isIndexMediaType = (mediaType: string): boolean => mediaType === OCI_INDEX || mediaType === DOCKER_LIST

/** Whether the media type is that of a single OCI manifest. */
export const isManifestMediaType = (mediaType: string): boolean =>
  mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST

/** The media type of a `Content-Type` without its parameters, lower case. */
export const parseContentType = (contentType: string | null): string | undefined =>
  contentType?.split(';')[0]?.trim().toLowerCase()
