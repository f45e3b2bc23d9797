import { arrayAt, isMembers, type Members, objectAt, OciContentError, parseMembers, textAt, textMapAt } from './json.ts'
import { isIndexMediaType, isManifestMediaType, OCI_INDEX, OCI_MANIFEST } from './media-types.ts'
import { compatiblePlatforms, type Platform, type PlatformFields, platformOf } from './platform.ts'

/** Points to content in the same repository (OCI image spec, descriptor.md). */
export type Descriptor = {
  readonly mediaType: string
  /** `sha256:<hex>`; other algorithms are kept as they are. */
  readonly digest: string
  /** bytes */
  readonly size: number
  readonly annotations: Readonly<Record<string, string>>
  readonly artifactType?: string
  readonly platform?: PlatformFields
}

type Common = {
  readonly mediaType: string
  readonly annotations: Readonly<Record<string, string>>
  readonly artifactType?: string
  /** What this document is about: signatures and other artifacts name it. */
  readonly subject?: Descriptor
}

/** One image of one platform, or an artifact (OCI image spec, manifest.md). */
export type OciManifest = Common & {
  readonly kind: 'manifest'
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/** A list of OCI manifests, as a rule one for each platform (OCI image spec, image-index.md). */
export type OciIndex = Common & { readonly kind: 'index'; readonly manifests: readonly Descriptor[] }

/**
 * What an OCI manifest points to. Of a BuildKit cache that is all it holds, in both its forms: the older one is an index
 * that lists blobs.
 */
export const contentOf = (document: OciManifest | OciIndex): readonly Descriptor[] =>
  document.kind === 'index' ? document.manifests : [document.config, ...document.layers]

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/

const parsePlatformFields = (members: Members): PlatformFields => ({
  os: textAt(members, 'os'),
  architecture: textAt(members, 'architecture'),
  variant: textAt(members, 'variant'),
})

const parseDescriptor = (value: unknown, where: string): Descriptor => {
  if (!isMembers(value)) throw new OciContentError(`${where}: expected a descriptor`)
  const digest = textAt(value, 'digest') ?? ''
  const size = value['size']
  if (!DIGEST.test(digest)) throw new OciContentError(`${where}.digest: expected <algorithm>:<encoded>`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new OciContentError(`${where}.size: expected a number of bytes`)
  }
  const artifactType = textAt(value, 'artifactType')
  return {
    mediaType: textAt(value, 'mediaType') ?? '',
    digest,
    size,
    annotations: textMapAt(value, 'annotations'),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(isMembers(value['platform']) ? { platform: parsePlatformFields(value['platform']) } : {}),
  }
}

const parseDescriptors = (members: Members, name: string): readonly Descriptor[] =>
  arrayAt(members, name).map((value, index) => parseDescriptor(value, `${name}[${index}]`))

/** What the document calls itself, else what the registry called it, else what it looks like. */
const mediaTypeOf = (members: Members, contentType: string | undefined): string => {
  const isKnown = contentType !== undefined && (isIndexMediaType(contentType) || isManifestMediaType(contentType))
  return textAt(members, 'mediaType') ?? (isKnown ? contentType : 'manifests' in members ? OCI_INDEX : OCI_MANIFEST)
}

/** One document must not be an index to one reader and a manifest to another (CVE-2021-41190). */
const refuseBoth = (members: Members, mediaType: string, foreign: readonly string[]): void => {
  const found = foreign.find((name) => name in members)
  if (found !== undefined) throw new OciContentError(`"${found}" cannot stand in a document of type ${mediaType}`)
}

/**
 * Reads an OCI manifest or index, or Docker's equivalent.
 * `contentType` is the registry's word for what it is, needed only where the document does not say it itself.
 * Throws {@link OciContentError}, also for Docker's schema 1.
 */
export const parseOciManifest = (text: string, contentType?: string): OciManifest | OciIndex => {
  const members = parseMembers(text, 'OCI manifest')
  if (members['schemaVersion'] !== 2) throw new OciContentError('schemaVersion: expected 2')
  const mediaType = mediaTypeOf(members, contentType)
  const artifactType = textAt(members, 'artifactType')
  const common = {
    mediaType,
    annotations: textMapAt(members, 'annotations'),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(isMembers(members['subject']) ? { subject: parseDescriptor(members['subject'], 'subject') } : {}),
  }
  if (isIndexMediaType(mediaType)) {
    refuseBoth(members, mediaType, ['layers', 'config'])
    return { kind: 'index', ...common, manifests: parseDescriptors(members, 'manifests') }
  }
  if (!isManifestMediaType(mediaType)) throw new OciContentError(`mediaType: ${JSON.stringify(mediaType)} is unknown`)
  refuseBoth(members, mediaType, ['manifests'])
  const config = parseDescriptor(objectAt(members, 'config'), 'config')
  return { kind: 'manifest', ...common, config, layers: parseDescriptors(members, 'layers') }
}

/** The platforms an index has images for, in its order. Attestations and the like (`unknown/unknown`) are none. */
export const platformsOf = (index: OciIndex): readonly Platform[] => [
  ...new Set(index.manifests.flatMap(({ platform }) => (platform && platformOf(platform)) ?? [])),
]

/**
 * The image of an index that is used on a platform, or undefined: the best of the compatible ones, else the first
 * that does not say what it is for (containerd core/images/image.go, `Manifest`).
 */
export const childFor = (index: OciIndex, platform: Platform): Descriptor | undefined => {
  const best = compatiblePlatforms(platform)
    .map((wanted) => index.manifests.find((child) => child.platform && platformOf(child.platform) === wanted))
    .find((child) => child !== undefined)
  return best ?? index.manifests.find((child) => child.platform === undefined && isManifestMediaType(child.mediaType))
}
