import type { WorkItem } from '../factory/work-item.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Platform } from '../oci/platform.ts'
import type { Place, Problem } from '../problem.ts'

/** An image that some work items need, and where the first of them says so. */
export type ImageNeed = {
  /** As the user wrote it. */
  readonly reference: string
  readonly place: Place
  /** Platforms of the work items that need it, sorted. */
  readonly platforms: readonly Platform[]
  /** Whether it is a base, and so must exist for each of these platforms; an auxiliary image may be of the builder's. */
  readonly base: boolean
  /** Ids of the manifests that need it, in order. */
  readonly manifests: readonly string[]
}

type Use = { readonly reference: string; readonly place: Place; readonly base: boolean }

const usesOf = (item: WorkItem, fragments: ReadonlyMap<string, Fragment>): readonly Use[] =>
  item.layers.flatMap(({ from, fragment, place }) => {
    const base = from === undefined ? [] : [{ reference: from, place, base: true }]
    const images = fragment === undefined ? [] : (fragments.get(fragment)?.images ?? [])
    const named = images.map(({ reference, line }) => ({
      reference,
      place: { file: fragment ?? '', line, column: 1 },
      base: false,
    }))
    // A reference with a variable in it is resolved by BuildKit, which alone knows the value; scratch is not an image.
    return [...base, ...named].filter(({ reference }) => reference !== 'scratch' && !reference.includes('$'))
  })

/** Every image the work items need, each once, in order of first use. */
export const imagesOf = (
  items: readonly WorkItem[],
  fragments: ReadonlyMap<string, Fragment>,
): readonly ImageNeed[] => {
  const needs = new Map<string, ImageNeed>()
  for (const item of items) {
    for (const use of usesOf(item, fragments)) {
      const known = needs.get(use.reference)
      needs.set(use.reference, {
        ...(known ?? use),
        base: use.base || (known?.base ?? false),
        platforms: [...new Set([...(known?.platforms ?? []), item.platform])].sort(),
        manifests: [...new Set([...(known?.manifests ?? []), item.manifestId])],
      })
    }
  }
  return [...needs.values()]
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
