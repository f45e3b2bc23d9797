import { ARCHITECTURES, SYSTEMS } from '../factory/known-platforms.ts'
import { BUILDKIT_CACHE_CONFIG } from '../oci/media-types.ts'
import { TEMPORARY_PREFIX } from '../plan/temporary-tag.ts'
import type { HoldingContent } from './holding.ts'

const SLUG = `(?:${SYSTEMS.join('|')})-(?:${ARCHITECTURES.join('|')})(?:-v[0-9]+)?`
const CUT = '(?:-[0-9a-f]{8})?'

/**
 * Tags that layers/cache-refs.ts makes: `<layer>-<platform>-<16 hex>`, `<manifest_id>-<platform>`, `<platform>`, and
 * those that were cut and end in 8 hex.
 */
const CACHE_TAGS = [
  new RegExp(`^[a-z0-9_][a-z0-9_.-]*-${SLUG}-[0-9a-f]{16}$`),
  new RegExp(`^[a-z0-9_][a-z0-9_.-]*-${SLUG}${CUT}$`),
  new RegExp(`^${SLUG}$`),
]

/** Whether a tag is one that a cache ref of ours may have. */
export const isCacheTag = (tag: string): boolean => CACHE_TAGS.some((grammar) => grammar.test(tag))

/** Whether a tag finds an image by its key (plan/published-key.ts). */
export const isKeyTag = (tag: string): boolean => /^key-[0-9a-f]{16}$/.test(tag)

/** Whether a tag holds an image of one platform until it is in an index (plan/temporary-tag.ts). */
export const isTemporaryTag = (tag: string): boolean => tag.startsWith(TEMPORARY_PREFIX)

/** Whether something is a BuildKit cache, in either form: the older one is an index that lists its config. */
export const isBuildkitCache = ({ configType, blobs }: HoldingContent): boolean =>
  configType === BUILDKIT_CACHE_CONFIG || blobs.some(({ mediaType }) => mediaType === BUILDKIT_CACHE_CONFIG)
