import type { Registry } from '../registry/registry.ts'

/** What of a registry's client a store needs. */
export type OciClient = Pick<Registry, 'listTags' | 'headManifest' | 'getManifest' | 'deleteManifest' | 'listReferrers'>
