import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Io } from '../../io/io.ts'
import { imageContent } from '../../layers/image-content.ts'
import type { Platform } from '../../oci/platform.ts'
import { formatReference, parseReference, pinReference, type Reference } from '../../oci/reference.ts'
import { checkImage, type ImageContent, type ImageNeed, type PinnedImage } from '../../plan/images.ts'
import { InputError, type Problem } from '../../problem.ts'

type Resolved = { readonly image: PinnedImage; readonly problem?: Problem; readonly warning?: string }

const problemOf = ({ reference, place, manifests }: ImageNeed, why: string): Problem => ({
  place,
  found: `image ${reference} cannot be used: ${why}`,
  hint: `${manifests.join(', ')} ${manifests.length === 1 ? 'needs' : 'need'} it`,
})

/** A registry that cannot be reached is no reason to stop: BuildKit may reach it, or have the image already. */
const unresolved = (need: ImageNeed, error: RegistryError): Resolved => {
  const image = { reference: need.reference, pinned: need.reference, platforms: [], contents: {} }
  // Without an answer nothing is known; with one that will not change, the image cannot be used.
  if (!error.temporary && error.status !== undefined) return { image, problem: problemOf(need, error.message) }
  return { image, warning: `${need.reference} is not pinned to a digest: ${error.message}` }
}

/** The image on one platform; undefined where it cannot be read, since its digest then stands for it. */
const readContent = async (reference: Reference, platform: Platform, io: Io): Promise<ImageContent | undefined> => {
  try {
    const { manifest, config } = await io.registry.getImageConfig(reference, platform)
    return { digest: imageContent(config), bytes: manifest.layers.reduce((sum, { size }) => sum + size, 0) }
  } catch (error) {
    // An auxiliary image may lack the platform: it can be one of the builder's.
    if (error instanceof RegistryError || error instanceof InputError) return undefined
    throw error
  }
}

const readContents = async (
  reference: Reference,
  { platforms }: ImageNeed,
  io: Io,
): Promise<PinnedImage['contents']> => {
  const contents = await Promise.all(platforms.map((platform) => readContent(reference, platform, io)))
  return Object.fromEntries(
    platforms.flatMap((platform, index) => {
      const content = contents[index]
      return content === undefined ? [] : [[platform, content] as const]
    }),
  )
}

const resolveOne = async (need: ImageNeed, reference: Reference, io: Io): Promise<Resolved> => {
  try {
    const found = await io.registry.resolveImage(reference)
    const problem = checkImage(need, found)
    const pinned = pinReference(reference, found.digest)
    const contents = problem === undefined ? await readContents(pinned, need, io) : {}
    const { digest, platforms } = found
    const image = { reference: need.reference, pinned: formatReference(pinned), digest, platforms, contents }
    return problem === undefined ? { image } : { image, problem }
  } catch (error) {
    if (error instanceof RegistryError) return unresolved(need, error)
    throw error
  }
}

/**
 * Resolves every image to its digest, once for the whole run. Throws an InputError with all images that do not exist,
 * may not be read, or lack a platform; warns of those whose registry cannot be reached.
 */
export const resolveImages = async (needs: readonly ImageNeed[], io: Io): Promise<readonly PinnedImage[]> => {
  const resolved = await Promise.all(
    needs.map(async (need): Promise<Resolved> => {
      const reference = parseReference(need.reference)
      if (reference !== undefined) return resolveOne(need, reference, io)
      const image = { reference: need.reference, pinned: need.reference, platforms: [], contents: {} }
      return { image, problem: { place: need.place, found: `${need.reference} is not an image reference` } }
    }),
  )
  const problems = resolved.flatMap(({ problem }) => problem ?? [])
  if (problems.length > 0) throw new InputError(problems)
  for (const { warning } of resolved) if (warning !== undefined) io.actions.warning({ message: warning })
  return resolved.map(({ image }) => image)
}
