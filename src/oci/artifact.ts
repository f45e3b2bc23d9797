import { OCI_EMPTY, OCI_MANIFEST } from './media-types.ts'
import type { Descriptor } from './oci-manifest.ts'

/** Points to content of an artifact. */
export type ArtifactContent = Pick<Descriptor, 'mediaType' | 'digest' | 'size'> &
  Partial<Pick<Descriptor, 'annotations'>>

/** An artifact without a subject: anything that is kept in a registry and is no image. */
export type Artifact = {
  /** Media type that says what it is. */
  readonly artifactType: string
  readonly layers: readonly ArtifactContent[]
  readonly annotations: Readonly<Record<string, string>>
}

/** The empty JSON object, the config of artifacts that have none (OCI image spec 1.1, manifest.md). */
export const EMPTY_JSON = '{}'

/** Points to {@link EMPTY_JSON}. */
export const EMPTY_DESCRIPTOR: ArtifactContent = {
  mediaType: OCI_EMPTY,
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: EMPTY_JSON.length,
}

/** The OCI manifest of an artifact. One without layers has the empty one, as some registries want at least one. */
export const renderArtifact = ({ artifactType, layers, annotations }: Artifact): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: EMPTY_DESCRIPTOR,
    layers: layers.length === 0 ? [EMPTY_DESCRIPTOR] : layers,
    annotations,
  })
