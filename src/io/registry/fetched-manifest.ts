import type { OciIndex, OciManifest } from '../../oci/oci-manifest.ts'

/** What a reference points to at the moment. */
export type ManifestHead = {
  /** `sha256:<hex>` */
  readonly digest: string
  readonly mediaType: string
  /** bytes */
  readonly size: number
}

/** An OCI manifest or index, verified against its digest. */
export type FetchedManifest = {
  readonly descriptor: ManifestHead
  readonly manifest: OciManifest | OciIndex
  /** As the registry stores it, for pushing it again. */
  readonly bytes: Buffer
}
