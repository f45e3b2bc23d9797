import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { parsePlace } from '../../layers/cache-place.ts'
import { contentOf, type Descriptor } from '../../oci/oci-manifest.ts'

/** What lies behind a cache ref. */
export type RefContent = { readonly digest: string; readonly blobs: readonly Pick<Descriptor, 'digest' | 'size'>[] }

/** What a cache ref holds; undefined where nobody can tell: it is not there, or somewhere that says nothing. */
export const readRef = async (ref: string, io: Io): Promise<RefContent | undefined> => {
  const place = parsePlace(ref)
  if (place?.backend === 'local') return io.localCache.content(place.home, place.tag)
  if (place?.backend !== 'registry') return undefined
  try {
    const { descriptor, manifest } = await io.registry.getManifest(place.reference)
    return { digest: descriptor.digest, blobs: contentOf(manifest) }
  } catch (error) {
    // What is told of refs is told where it is known; a build never fails for it.
    if (!(error instanceof RegistryError)) throw error
    return undefined
  }
}
