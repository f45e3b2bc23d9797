import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import type { FetchedManifest } from '../../io/registry/fetched-manifest.ts'
import { entriesFor, entryOf, type IndexEntry } from '../../oci/image-index.ts'
import { platformOf, type Platform } from '../../oci/platform.ts'
import { parseReference, pinReference, type Reference } from '../../oci/reference.ts'
import { KEY_ANNOTATION } from '../../plan/published-key.ts'
import { InputError } from '../../problem.ts'
import type { MissingChild, WantedChild, WantedManifest } from '../../publish/wanted.ts'

/** The image of one platform as the registry has it. */
export type ReadChild = {
  readonly platform: Platform
  /** What its leg pushed: an OCI manifest, or with attestations an index. */
  readonly pushed: FetchedManifest
  /** Of the image itself. */
  readonly digest: string
  /** What it adds to the index: itself, and its attestations. */
  readonly entries: readonly IndexEntry[]
  /** The key that it is found by, 64 hex. */
  readonly key?: string
}

const childEntries = async (
  reference: Reference,
  { descriptor, manifest, bytes }: FetchedManifest,
  platform: Platform,
  io: Io,
): Promise<readonly IndexEntry[]> => {
  if (manifest.kind === 'index') return entriesFor(bytes.toString('utf8'), manifest, platform)
  const { config } = await io.registry.getImageConfig(reference, platform)
  return platformOf(config.platform) === platform ? [entryOf(descriptor, config.platform)] : []
}

const readChild = async (wanted: WantedChild, io: Io): Promise<ReadChild | MissingChild> => {
  const { platform } = wanted
  const reference = parseReference(wanted.reference)
  if (reference === undefined) return { platform, reason: `${wanted.reference} is no reference` }
  try {
    // What was fetched is remembered; whether it is there still, only HEAD tells.
    const head = await io.registry.headManifest(reference)
    if (head === undefined) return { platform, reason: 'the registry does not have its image' }
    const pinned = pinReference(reference, head.digest)
    const pushed = await io.registry.getManifest(pinned)
    const entries = await childEntries(pinned, pushed, platform, io)
    const [own] = entries.filter(
      ({ descriptor }) => descriptor.platform && platformOf(descriptor.platform) === platform,
    )
    if (own === undefined) return { platform, reason: 'what was pushed is of another platform' }
    const key = pushed.manifest.annotations[KEY_ANNOTATION]
    const known = key === undefined || !/^[0-9a-f]{64}$/.test(key) ? {} : { key }
    return { platform, pushed, digest: own.descriptor.digest, entries, ...known }
  } catch (error) {
    if (!(error instanceof RegistryError || error instanceof InputError)) throw error
    return { platform, reason: error.message }
  }
}

/** The images of a manifest, each as the registry has it, and those that it does not have. */
export const readChildren = async (
  { children, missing }: WantedManifest,
  io: Io,
): Promise<{ readonly children: readonly ReadChild[]; readonly missing: readonly MissingChild[] }> => {
  const read = await Promise.all(children.map((child) => readChild(child, io)))
  return {
    children: read.filter((child) => 'entries' in child),
    missing: [...missing, ...read.filter((child) => 'reason' in child)],
  }
}
