import type { ResolvedImage } from '../../io/registry/registry.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Io } from '../../io/io.ts'
import { imageContent } from '../../layers/image-content.ts'
import { mirroredReferences, type RegistryMirror } from '../../oci/mirror.ts'
import type { Platform } from '../../oci/platform.ts'
import { formatReference, parseReference, pinReference, type Reference } from '../../oci/reference.ts'
import type { EarlierRecords } from '../../plan/earlier.ts'
import { checkImage, type ImageContent, type ImageNeed, type PinnedImage } from '../../plan/images.ts'
import { knownImage } from '../../plan/known-images.ts'
import { InputError, type Problem } from '../../problem.ts'

type Resolved = { readonly image: PinnedImage; readonly problem?: Problem; readonly warning?: string }

const problemOf = ({ reference, place, manifests }: ImageNeed, why: string): Problem => ({
  place,
  found: `image ${reference} cannot be used: ${why}`,
  hint: `${manifests.join(', ')} ${manifests.length === 1 ? 'needs' : 'need'} it`,
})

/** Where images are looked up, and what is known of them besides. */
export type ImageSources = {
  readonly mirrors: readonly RegistryMirror[]
  /** What earlier builds say; asked for when a registry cannot be. */
  readonly records: () => Promise<EarlierRecords>
}

/**
 * A registry that cannot be reached is no reason to stop: the image counts as what it was in the last build, or BuildKit
 * may reach it, or have it already.
 */
const unresolved = async (need: ImageNeed, error: RegistryError, { records }: ImageSources): Promise<Resolved> => {
  const image = { reference: need.reference, pinned: need.reference, platforms: [], contents: {} }
  // Without an answer nothing is known; with one that will not change, the image cannot be used.
  if (!error.temporary && error.status !== undefined) return { image, problem: problemOf(need, error.message) }
  const known = knownImage(need, await records())
  if (known === undefined) return { image, warning: `${need.reference} is not pinned to a digest: ${error.message}` }
  const warning = `${need.reference} stays at ${known.digest ?? ''}, as in the last build: ${error.message}`
  return { image: known, warning }
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

/** What an image means now, by the first of these places that says so; and where that is. */
const findImage = async (
  [place, ...others]: readonly Reference[],
  io: Io,
): Promise<{ readonly found: ResolvedImage; readonly place: Reference }> => {
  if (place === undefined) throw new Error('bug: an image has no place')
  try {
    return { found: await io.registry.resolveImage(place), place }
  } catch (error) {
    // A mirror that is down or lacks the image is not the last word.
    if (!(error instanceof RegistryError) || others.length === 0) throw error
    io.actions.info(`${formatReference(place)} is looked up elsewhere: ${error.message}`)
    return findImage(others, io)
  }
}

const resolveOne = async (need: ImageNeed, reference: Reference, sources: ImageSources, io: Io): Promise<Resolved> => {
  try {
    const { found, place } = await findImage(mirroredReferences(reference, sources.mirrors), io)
    const problem = checkImage(need, found)
    const contents = problem === undefined ? await readContents(pinReference(place, found.digest), need, io) : {}
    const { digest, platforms } = found
    const pinned = formatReference(pinReference(reference, digest))
    const image = { reference: need.reference, pinned, digest, platforms, contents }
    return problem === undefined ? { image } : { image, problem }
  } catch (error) {
    if (error instanceof RegistryError) return unresolved(need, error, sources)
    throw error
  }
}

/**
 * Resolves every image to its digest, once for the whole run. Throws an InputError with all images that do not exist,
 * may not be read, or lack a platform; warns of those whose registry cannot be reached.
 */
export const resolveImages = async (
  needs: readonly ImageNeed[],
  sources: ImageSources,
  io: Io,
): Promise<readonly PinnedImage[]> => {
  const resolved = await Promise.all(
    needs.map(async (need): Promise<Resolved> => {
      const reference = parseReference(need.reference)
      if (reference !== undefined) return resolveOne(need, reference, sources, io)
      const image = { reference: need.reference, pinned: need.reference, platforms: [], contents: {} }
      return { image, problem: { place: need.place, found: `${need.reference} is not an image reference` } }
    }),
  )
  const problems = resolved.flatMap(({ problem }) => problem ?? [])
  if (problems.length > 0) throw new InputError(problems)
  for (const { warning } of resolved) if (warning !== undefined) io.actions.warning({ message: warning })
  return resolved.map(({ image }) => image)
}
