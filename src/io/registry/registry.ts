import { type ImageConfig, parseImageConfig } from '../../oci/image-config.ts'
import { childFor, type Descriptor, type OciIndex, type OciManifest, platformsOf } from '../../oci/oci-manifest.ts'
import { type Platform, platformOf } from '../../oci/platform.ts'
import { formatReference, pinReference, type Reference, type Repository } from '../../oci/reference.ts'
import { inputError } from '../../problem.ts'
import { getBlob } from './blobs.ts'
import { deleteManifest, type ManifestDeletion } from './delete-manifest.ts'
import type { FetchedManifest, ManifestHead } from './fetched-manifest.ts'
import { getManifest, headManifest, parseContent } from './manifests.ts'
import { type Bytes, putManifest } from './push.ts'
import { listReferrers } from './referrers.ts'
import { RegistryError } from './registry-error.ts'
import { createSession, type Session, type SessionOptions } from './session.ts'
import { listTags, listTagsWithin } from './tags.ts'
import { getText, putText } from './text-artifact.ts'

/** The image that a reference means on one platform. */
export type FetchedImage = {
  /** The image's own OCI manifest, never an index. */
  readonly descriptor: ManifestHead
  readonly manifest: OciManifest
  readonly config: ImageConfig
}

/** What a reference means at the moment: the digest to pin it by, and the platforms there are. */
export type ResolvedImage = {
  /** Of the index, where there is one. */
  readonly digest: string
  readonly mediaType: string
  readonly kind: 'index' | 'manifest'
  /** In the order of the index; for a single OCI manifest the one its config names. */
  readonly platforms: readonly Platform[]
}

/** Longer than any config of an image we know of. */
const MAX_CONFIG_BYTES = 8 * 1024 * 1024

const readConfig = async (session: Session, reference: Reference, { config }: OciManifest): Promise<ImageConfig> => {
  const bytes = await getBlob(session, reference, config.digest, { maxBytes: MAX_CONFIG_BYTES })
  return parseContent(reference, () => parseImageConfig(bytes.toString('utf8')))
}

/** Fetches the image for a platform out of an index. Throws InputError when there is none. */
const getChild = async (
  session: Session,
  reference: Reference,
  index: OciIndex,
  platform: Platform,
): Promise<FetchedManifest> => {
  const child = childFor(index, platform)
  if (child !== undefined) return getManifest(session, pinReference(reference, child.digest))
  const expected = `one of ${platformsOf(index).join(', ')}`
  throw inputError(`${formatReference(reference)} has no image for ${platform}`, { expected })
}

/**
 * The config of the image that a reference means on a platform. A single OCI manifest is taken whatever its platform,
 * as BuildKit does. Throws RegistryError; InputError when an index has nothing for the platform.
 */
export const getImageConfig = async (
  session: Session,
  reference: Reference,
  platform: Platform,
): Promise<FetchedImage> => {
  const top = await getManifest(session, reference)
  const image = top.manifest.kind === 'index' ? await getChild(session, reference, top.manifest, platform) : top
  const { descriptor, manifest } = image
  if (manifest.kind === 'index') {
    const message = `${formatReference(reference)}: its image for ${platform} is an index again`
    throw new RegistryError(message, { registry: reference.registry })
  }
  return { descriptor, manifest, config: await readConfig(session, reference, manifest) }
}

/**
 * What a reference means now, to pin it by index digest. Two requests: HEAD for the digest, GET by digest for the
 * platforms; a third for the config of a single OCI manifest. Throws RegistryError, also for 404.
 */
export const resolveImage = async (session: Session, reference: Reference): Promise<ResolvedImage> => {
  const head = await headManifest(session, reference)
  // GET of what HEAD did not find tells why.
  const { descriptor, manifest } = await getManifest(
    session,
    head === undefined ? reference : pinReference(reference, head.digest),
  )
  const { digest, mediaType } = descriptor
  if (manifest.kind === 'index') return { digest, mediaType, kind: 'index', platforms: platformsOf(manifest) }
  const platform = platformOf((await readConfig(session, reference, manifest)).platform)
  return { digest, mediaType, kind: 'manifest', platforms: platform === undefined ? [] : [platform] }
}

/** A registry client, bound to a session. Tests pass literals. */
export type Registry = {
  readonly headManifest: (reference: Reference) => Promise<ManifestHead | undefined>
  readonly getManifest: (reference: Reference) => Promise<FetchedManifest>
  readonly getBlob: (
    repository: Repository,
    digest: string,
    limits: { readonly maxBytes: number },
  ) => Promise<Uint8Array>
  readonly getImageConfig: (reference: Reference, platform: Platform) => Promise<FetchedImage>
  readonly listTags: (repository: Repository) => Promise<readonly string[] | undefined>
  /** `too many` when it would take more pages; of 1000 tags, or as many as the registry gives. */
  readonly listTagsWithin: (
    repository: Repository,
    limits: { readonly maxPages: number },
  ) => Promise<readonly string[] | 'too many' | undefined>
  /** Keeps a text as an artifact of that type. */
  readonly putText: (reference: Reference, artifactType: string, text: string) => Promise<void>
  /** The text of such an artifact; undefined when there is none. */
  readonly getText: (reference: Reference, artifactType: string) => Promise<string | undefined>
  readonly resolveImage: (reference: Reference) => Promise<ResolvedImage>
  /** By tag or, with all tags on it, by digest. */
  readonly deleteManifest: (reference: Reference) => Promise<ManifestDeletion>
  /** Stores a manifest under a tag, or by its digest, and returns the digest. */
  readonly putManifest: (reference: Reference, bytes: Bytes, mediaType: string) => Promise<string>
  /** What names that digest as its subject. */
  readonly listReferrers: (repository: Repository, digest: string) => Promise<readonly Descriptor[]>
}

/** A client for any number of registries; what it learns of tokens lives as long as it does. */
export const createRegistry = (options: SessionOptions): Registry => {
  const session = createSession(options)
  return {
    headManifest: (reference) => headManifest(session, reference),
    getManifest: (reference) => getManifest(session, reference),
    getBlob: (repository, digest, limits) => getBlob(session, repository, digest, limits),
    getImageConfig: (reference, platform) => getImageConfig(session, reference, platform),
    listTags: (repository) => listTags(session, repository),
    listTagsWithin: (repository, limits) => listTagsWithin(session, repository, limits),
    putText: (reference, artifactType, text) => putText(session, reference, artifactType, text),
    getText: (reference, artifactType) => getText(session, reference, artifactType),
    resolveImage: (reference) => resolveImage(session, reference),
    deleteManifest: (reference) => deleteManifest(session, reference),
    putManifest: (reference, bytes, mediaType) => putManifest(session, reference, bytes, mediaType),
    listReferrers: (repository, digest) => listReferrers(session, repository, digest),
  }
}
