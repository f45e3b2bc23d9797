import type { Io } from '../../io/io.ts'
import { readRef, type RefContent } from './read-ref.ts'

/** How much a ref holds, and how much of it was not in the cache before. */
export type RefSize = { readonly digest: string; readonly bytes: number; readonly addedBytes: number }

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
      Promise.all([...new Set(refs)].map(async (ref) => [ref, await readRef(ref, io)] as const)),
    ),
  )
  const seen = new Set((before ?? []).flatMap(([, content]) => content?.blobs.map(({ digest }) => digest) ?? []))
  return new Map(
    (after ?? []).flatMap(([ref, content]) => (content === undefined ? [] : [[ref, sizeOf(content, seen)] as const])),
  )
}
