import { DEFAULT_RETENTION } from '../../src/factory/retention.ts'
import type { RetentionSettings } from '../../src/factory/factory.ts'
import { BUILDKIT_CACHE_CONFIG, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import type { FoundHolding, Holding, HoldingContent, StoreListing, StoreRole } from '../../src/retention/holding.ts'
import type { RetentionFacts } from '../../src/retention/prune-plan.ts'
import { EMPTY_STATE } from '../../src/retention/prune-state.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'

export const CACHE = 'ghcr.io/acme/llm-cache'
export const RECORDS = 'ghcr.io/acme/llm-cache-records'
export const NOW = '2026-11-28T12:00:00.000Z'

/** The moment so many days before now. */
export const daysAgo = (days: number): string => new Date(Date.parse(NOW) - days * 86_400_000).toISOString()

export const digest = (number: number): string => `sha256:${number.toString(16).padStart(64, '0')}`

/** Content-named tag of a layer whose key is of this digit. */
export const tagOf = (layer: string, digit: number): string => `${layer}-linux-amd64-${String(digit).repeat(16)}`

const blob = (number: number, mediaType: string) => ({ digest: digest(number), size: 100, mediaType })

export const CACHE_CONTENT: HoldingContent = {
  ...{ mediaType: OCI_MANIFEST, size: 10, configType: BUILDKIT_CACHE_CONFIG, children: [] },
  blobs: [blob(1000, 'application/vnd.oci.image.layer.v1.tar+gzip')],
}
export const IMAGE_CONTENT: HoldingContent = { ...CACHE_CONTENT, configType: OCI_CONFIG }
export const indexOf = (...children: readonly number[]): HoldingContent => ({
  ...{ mediaType: OCI_INDEX, size: 10, blobs: [] },
  children: children.map((each) => ({ digest: digest(each) })),
})

/** A holding that was read. */
export const held = (
  number: number,
  tags: readonly string[],
  content: HoldingContent = CACHE_CONTENT,
  more: Partial<Holding> = {},
): FoundHolding => ({
  object: { id: `id${number}`, tags, digest: digest(number), ...more },
  inspection: { status: 'read', content },
})

export const store = (role: StoreRole, objects: readonly FoundHolding[], name: string = role): StoreListing => ({
  ...{ name, role, objects },
  ...(role === 'actions-cache' ? {} : { repository: name }),
})

/** A record of a build so many days ago, of layers base and app with keys of these digits. */
export const built = (
  days: number,
  [base, app]: readonly [number, number],
  changes: Partial<CompatibilityRecord> & { readonly branch?: string } = {},
): CompatibilityRecord => {
  const layer = (name: string, digit: number) => ({
    ...sampleRecordLayer({ layer: name, key: String(digit).repeat(64) }),
    ref: `${CACHE}:${tagOf(name, digit)}`,
  })
  const { branch = 'main', ...rest } = changes
  const record = sampleRecord()
  return {
    ...{ ...record, run: { ...record.run, branch, finishedAt: daysAgo(days) } },
    layers: [layer('base', base), layer('app', app)],
    ...rest,
  }
}

/** The facts of a prune, each record in an artifact of its own. */
export const facts = (
  records: readonly CompatibilityRecord[],
  stores: readonly StoreListing[],
  {
    policy = {},
    ...more
  }: Partial<Omit<RetentionFacts, 'policy'>> & { readonly policy?: Partial<RetentionSettings> } = {},
): RetentionFacts => ({
  policy: { ...DEFAULT_RETENTION, ...policy },
  records: records.map((record, index) => ({
    ...{ repository: RECORDS, tag: `run-20261101t00000${index}z-1-1-all`, status: 'read', records: [record] },
  })),
  ...{ stores, state: EMPTY_STATE, now: NOW },
  ...more,
})
