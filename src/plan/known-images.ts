import { formatReference, parseReference, pinReference } from '../oci/reference.ts'
import { newestFirst } from '../records/newest.ts'
import type { RecordImage } from '../records/record.ts'
import type { EarlierRecords } from './earlier.ts'
import type { ImageContent, ImageNeed, PinnedImage } from './images.ts'

const contentOf = ({ content, bytes }: RecordImage): ImageContent | undefined =>
  content === undefined || bytes === undefined ? undefined : { digest: content, bytes }

/**
 * An image as the newest records have it, for when its registry cannot be asked. Undefined unless they say what it is on
 * every platform that needs it, since keys would be others.
 */
export const knownImage = (
  { reference, platforms }: Pick<ImageNeed, 'reference' | 'platforms'>,
  records: EarlierRecords,
): PinnedImage | undefined => {
  const uses = newestFirst(records.values()).flatMap(({ platform, images }) =>
    images.filter((image) => image.reference === reference).map((image) => ({ platform, image })),
  )
  const [digest, parsed] = [uses[0]?.image.digest, parseReference(reference)]
  if (digest === undefined || parsed === undefined) return undefined
  const contents = platforms.flatMap((platform) => {
    const use = uses.find((each) => each.platform === platform && each.image.digest === digest)
    const content = use && contentOf(use.image)
    return content === undefined ? [] : [[platform, content] as const]
  })
  if (contents.length < platforms.length) return undefined
  const pinned = formatReference(pinReference(parsed, digest))
  return { reference, pinned, digest, platforms, contents: Object.fromEntries(contents) }
}
