import { digestOf } from '../layers/digest.ts'
import type { ImageKey } from '../layers/image-key.ts'

/** What the build action adds to every image. */
export type ImageAdditions = {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: readonly string[]
  /** `type=provenance,…` and `type=sbom,…` */
  readonly attests: readonly string[]
}

/** Annotation of a published image with its key. */
export const KEY_ANNOTATION = 'dev.strata.image-key'

/** What stands for everything that decides an image, to find out whether it was published before: 64 hex. */
export const publishedKey = (imageKey: ImageKey, { labels, annotations, attests }: ImageAdditions): string => {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return digestOf([imageKey, JSON.stringify(sorted), JSON.stringify(annotations), JSON.stringify(attests)])
}

/** The tag under which an image with that key is found. */
export const keyTag = (key: string): string => `key-${key.slice(0, 16)}`

/** The annotation, at the level that a tag points to: with attestations an image of one platform is an index. */
export const keyAnnotation = (key: string, attests: readonly string[]): string => {
  const attested = attests.some((attest) => !attest.includes('disabled=true'))
  return `${attested ? 'index' : 'manifest'}:${KEY_ANNOTATION}=${key}`
}
