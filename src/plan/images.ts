import type { WorkItem } from '../factory/work-item.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Platform } from '../oci/platform.ts'
import type { Place, Problem } from '../problem.ts'

/** An image that some work items need, and where the first of them says so. */
export type ImageNeed = {
  /** As the user wrote it, arguments filled in. */
  readonly reference: string
  readonly place: Place
  /** Platforms of the work items that need it, sorted. */
  readonly platforms: readonly Platform[]
  /** Whether it is a base, and so must exist for each of these platforms; an auxiliary image may be of the builder's. */
  readonly base: boolean
  /** Ids of the manifests that need it, in order. */
  readonly manifests: readonly string[]
}

/** What an image is on one platform. */
export type ImageContent = {
  /** Digest over its filesystem layers and the settings that steps inherit, 64 hex. */
  readonly digest: string
  /** Size of its compressed filesystem layers. */
  readonly bytes: number
}

/** An image that a base or a fragment names, resolved once for the whole run. */
export type PinnedImage = {
  /** As the user wrote it, arguments filled in. */
  readonly reference: string
  /** With its digest; the same as `reference` when the registry could not be asked. */
  readonly pinned: string
  /** `sha256:<hex>` */
  readonly digest?: string
  readonly platforms: readonly Platform[]
  /** By platform, as far as it is known. */
  readonly contents: Readonly<Record<Platform, ImageContent>>
}

/** A work item, and the images that its Dockerfile names, arguments filled in and not pinned. */
export type NamedImages = { readonly item: WorkItem; readonly images: readonly string[] }

/** Whether a reference can be what an image in a fragment becomes when its variables have values. */
const canBe = (reference: string, written: string): boolean => {
  const literals = written.split(/\$(?:\w+|\{[^}]*\})/)
  return reference.startsWith(literals[0] ?? '') && reference.endsWith(literals.at(-1) ?? '')
}

/** Where a work item names an image: its base, or the first line of a fragment that can mean it. */
const placeOf = (reference: string, item: WorkItem, fragments: ReadonlyMap<string, Fragment>): Place | undefined => {
  const uses = item.layers.flatMap(({ from, fragment: file, place }) => {
    const images = file === undefined ? [] : (fragments.get(file)?.images ?? [])
    const named = images.map(({ reference: written, line }) => ({
      written,
      place: { file: file ?? '', line, column: 1 },
    }))
    return from === undefined ? named : [{ written: from, place }, ...named]
  })
  const exact = uses.find(({ written }) => written === reference)
  return (exact ?? uses.find(({ written }) => canBe(reference, written)) ?? item.layers[0])?.place
}

/** A need that is still growing. */
type OpenNeed = {
  readonly place: Place
  readonly platforms: Set<Platform>
  readonly manifests: Set<string>
  base: boolean
}

/** Every image the work items need, each once, in order of first use. */
export const imagesOf = (
  named: readonly NamedImages[],
  fragments: ReadonlyMap<string, Fragment>,
): readonly ImageNeed[] => {
  const needs = new Map<string, OpenNeed>()
  for (const { item, images } of named) {
    for (const reference of images) {
      // A variable that is left has a value that BuildKit alone knows.
      if (reference.includes('$')) continue
      const place = needs.get(reference)?.place ?? placeOf(reference, item, fragments)
      if (place === undefined) continue
      const need = needs.get(reference) ?? { place, platforms: new Set(), manifests: new Set(), base: false }
      need.platforms.add(item.platform)
      need.manifests.add(item.manifestId)
      need.base ||= item.layers[0]?.from === reference
      needs.set(reference, need)
    }
  }
  return [...needs].map(([reference, { place, platforms, manifests, base }]) => ({
    ...{ reference, place, base },
    ...{ platforms: [...platforms].sort(), manifests: [...manifests] },
  }))
}

/** What a registry knows of an image. */
export type FoundImage = { readonly kind: 'index' | 'manifest'; readonly platforms: readonly Platform[] }

/** What is wrong with an image for the platforms that need it: one that is missing, or a digest of only one platform. */
export const checkImage = (need: ImageNeed, { kind, platforms }: FoundImage): Problem | undefined => {
  const found = `${need.reference} is for ${platforms.join(', ') || 'an unknown platform'} only`
  const wanted = `an image for ${need.platforms.join(' and ')}, which ${need.manifests.join(', ')} need`
  if (kind === 'manifest' && need.platforms.length > 1) {
    return { place: need.place, found, expected: wanted, hint: 'name a multi-platform image, or give one by platform' }
  }
  const missing = need.base ? need.platforms.filter((platform) => !platforms.includes(platform)) : []
  if (missing.length === 0 || platforms.length === 0) return undefined
  return {
    place: need.place,
    found,
    expected: wanted,
    hint: `leave out ${missing.join(', ')}, or give a base by platform`,
  }
}
