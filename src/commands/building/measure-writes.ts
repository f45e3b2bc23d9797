import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { contentOf, type Descriptor } from '../../oci/oci-manifest.ts'
import { parseReference } from '../../oci/reference.ts'

/** What lies behind a cache ref. */
export type RefContent = { readonly digest: string; readonly blobs: readonly Pick<Descriptor, 'digest' | 'size'>[] }

/** How much a ref holds, and how much of it was not in the cache before. */
export type RefSize = { readonly digest: string; readonly bytes: number; readonly addedBytes: number }

/** What a cache ref holds; undefined where nobody can tell. */
const readContent = async (ref: string, io: Io): Promise<RefContent | undefined> => {
  const reference = parseReference(ref)
  if (reference === undefined) return undefined
  try {
    const { descriptor, manifest } = await io.registry.getManifest(reference)
    return { digest: descriptor.digest, blobs: contentOf(manifest) }
  } catch (error) {
    // Sizes are told where they are known; a build never fails for them.
    if (!(error instanceof RegistryError)) throw error
    return undefined
  }
}

const sizeOf = ({ digest, blobs }: RefContent, seen: Set<string>): RefSize => {
  const own = new Map(blobs.map((blob) => [blob.digest, blob.size]))
  const bytes = [...own.values()].reduce((sum, size) => sum + size, 0)
  const added = [...own].filter(([blob]) => !seen.has(blob))
  for (const [blob] of added) seen.add(blob)
  return { digest, bytes, addedBytes: added.reduce((sum, [, size]) => sum + size, 0) }
}

/**
 * The sizes of the refs that a leg wrote, by ref. A blob counts as added with the first ref that has it, unless a ref that
 * the leg read has it as well. Refs that cannot be read are left out.
 */
export const measureWrites = async (
  written: readonly string[],
  read: readonly string[],
  io: Io,
): Promise<ReadonlyMap<string, RefSize>> => {
  if (written.length === 0) return new Map()
  const [before, after] = await Promise.all(
    [read, written].map((refs) =>
      Promise.all([...new Set(refs)].map(async (ref) => [ref, await readContent(ref, io)] as const)),
    ),
  )
  const seen = new Set((before ?? []).flatMap(([, content]) => content?.blobs.map(({ digest }) => digest) ?? []))
  return new Map(
    (after ?? []).flatMap(([ref, content]) => (content === undefined ? [] : [[ref, sizeOf(content, seen)] as const])),
  )
}
