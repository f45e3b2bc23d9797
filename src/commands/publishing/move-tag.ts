import type { Io } from '../../io/io.ts'
import type { Bytes } from '../../io/registry/push.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Reference, Repository } from '../../oci/reference.ts'
import { OCI_INDEX } from '../../oci/media-types.ts'
import { decideTag, type TaggedContent, type TagRules } from '../../publish/decide-tag.ts'
import type { PublishingRun } from '../../publish/index-annotations.ts'
import type { TagResult } from '../../publish/publish-report.ts'

/** An index that is to be published. */
export type IndexToPublish = {
  readonly repository: Repository
  readonly digest: string
  readonly bytes: Bytes
  /** Digests of what it lists. */
  readonly children: readonly string[]
}

/** By which rules, and for which run. */
export type TagTerms = TagRules & { readonly run: PublishingRun; readonly dryRun: boolean }

/** How often a tag is looked at again that somebody else moves at the same time. */
const TRIES = 3

const readTag = async (reference: Reference, io: Io): Promise<TaggedContent | undefined> => {
  const head = await io.registry.headManifest(reference)
  if (head === undefined) return undefined
  const { manifest } = await io.registry.getManifest({ ...reference, digest: head.digest })
  const children = manifest.kind === 'index' ? manifest.manifests.map(({ digest }) => digest) : []
  return { digest: head.digest, children, annotations: manifest.annotations }
}

/** What is said of a tag that is left as it is; undefined when it is to be moved. */
const restOf = (
  tag: string,
  current: TaggedContent | undefined,
  index: IndexToPublish,
  { run, dryRun, ...rules }: TagTerms,
): TagResult | undefined => {
  const digest = current === undefined ? {} : { digest: current.digest }
  if (current?.digest === index.digest) return { tag, status: 'same', ...digest }
  const decision = decideTag(tag, current, index.children, run, rules)
  switch (decision.kind) {
    case 'same':
      return { tag, status: 'same', ...digest }
    case 'newer':
      return { tag, status: 'newer', ...digest, reason: decision.by }
    case 'immutable':
      return { tag, status: 'immutable', ...digest, reason: 'it has other images' }
    case 'move':
      return dryRun ? { tag, status: 'planned', ...digest } : undefined
  }
}

const moveOnce = async (tag: string, index: IndexToPublish, terms: TagTerms, moved: boolean, io: Io) => {
  const reference = { ...index.repository, tag }
  const rest = restOf(tag, await readTag(reference, io), index, terms)
  if (rest !== undefined) return moved && rest.status === 'same' ? { ...rest, status: 'moved' as const } : rest
  await io.registry.putManifest(reference, index.bytes, OCI_INDEX)
  return undefined
}

/**
 * Moves a tag to an index that is in the registry, if the rules let it. Registries know no compare-and-swap, so the tag is
 * read just before and again after; where somebody else was quicker, it is decided again by what is there then. What the
 * registry refuses is not tried again.
 */
export const moveTag = async (tag: string, index: IndexToPublish, terms: TagTerms, io: Io): Promise<TagResult> => {
  try {
    for (let tries = 0; tries <= TRIES; tries++) {
      const result = await moveOnce(tag, index, terms, tries > 0, io)
      if (result !== undefined) return result
    }
    return { tag, status: 'refused', reason: 'the registry does not keep it, or others keep moving it' }
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    return { tag, status: 'refused', reason: error.message }
  }
}
