import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isMembers } from '../oci/json.ts'
import { contentOf, type Descriptor, parseOciManifest } from '../oci/oci-manifest.ts'

/** What a folder with a cache holds: the digest of its OCI manifest, and its blobs. */
export type LayoutContent = {
  readonly digest: string
  readonly blobs: readonly Pick<Descriptor, 'digest' | 'size'>[]
}

/** The file in an OCI layout that holds a blob (OCI image spec, image-layout.md). */
export const blobFile = (folder: string, digest: string): string => join(folder, 'blobs', ...digest.split(':'))

/** BuildKit writes one entry, or replaces it; the newest stands last. */
const manifestDigest = async (folder: string): Promise<string | undefined> => {
  const index: unknown = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))
  const manifests: unknown = isMembers(index) ? index['manifests'] : undefined
  const last: unknown = Array.isArray(manifests) ? manifests.at(-1) : undefined
  return isMembers(last) && typeof last['digest'] === 'string' ? last['digest'] : undefined
}

const isWhole = async (folder: string, { digest, size }: Pick<Descriptor, 'digest' | 'size'>): Promise<boolean> =>
  (await stat(blobFile(folder, digest))).size === size

/**
 * What an OCI layout holds, when all of it is there; undefined for everything else. The index is written when an export
 * is done, so a killed one leaves none, and a folder with a lost or cut blob does not count either.
 */
export const readLayout = async (folder: string): Promise<LayoutContent | undefined> => {
  try {
    const digest = await manifestDigest(folder)
    if (digest === undefined) return undefined
    const text = await readFile(blobFile(folder, digest), 'utf8')
    const blobs = contentOf(parseOciManifest(text))
    const whole = await Promise.all(blobs.map((blob) => isWhole(folder, blob)))
    return whole.every((is) => is) ? { digest, blobs } : undefined
  } catch {
    // Missing, cut short, or nothing that was ours: whatever it is, there is no cache in it.
    return undefined
  }
}
