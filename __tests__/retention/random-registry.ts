import fc from 'fast-check'
import { DEFAULT_RETENTION } from '../../src/factory/retention.ts'
import { BUILDKIT_CACHE_CONFIG, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import type { HoldingContent, StoreListing } from '../../src/retention/holding.ts'
import { noteOf } from '../../src/retention/judgement.ts'
import type { FoundRecords, RetentionFacts } from '../../src/retention/prune-plan.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'

/** Hours before this moment, or after it where clocks differ. */
export const NOW = Date.parse('2026-11-28T12:00:00Z')
const at = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString()

export const CACHE = 'r.example/c'
export const RECORDS = 'r.example/c-records'
export const IMAGES = 'r.example/i'

const key = (number: number): string => number.toString(16).repeat(64).slice(0, 64)
export const digest = (number: number): string => `sha256:${number.toString(16).padStart(64, '0')}`

/** Tags that holdings of the cache have: content-named, of strategy manifest and platform, and of another tool. */
const CACHE_TAGS = [
  ...[1, 2, 3, 4].map((each) => `base-linux-amd64-${key(each).slice(0, 16)}`),
  ...[1, 2, 3, 4].map((each) => `app-linux-amd64-${key(each).slice(0, 16)}`),
  ...['a-linux-amd64', 'linux-amd64', 'theirs'],
]
const IMAGE_TAGS = ['latest', 'key-0123456789abcdef', 'key-fedcba9876543210', 'strata-tmp-7-linux-amd64']

/** One run of one work item or prefix. */
const runs = fc.record({
  manifest: fc.constantFrom('a', 'b'),
  branch: fc.constantFrom('main', 'main', 'release', undefined),
  base: fc.integer({ min: 1, max: 4 }),
  app: fc.integer({ min: 1, max: 4 }),
  hours: fc.integer({ min: -30, max: 200 }),
  fate: fc.constantFrom('built', 'built', 'built', 'failed', 'prefix'),
  reads: fc.array(fc.constantFrom(...CACHE_TAGS), { maxLength: 2 }),
  image: fc.option(fc.nat(5)),
  writes: fc.option(fc.nat(7)),
  artifact: fc.nat(4),
})
type Run = typeof runs extends fc.Arbitrary<infer R> ? R : never

/** A holding; its digest is its place, or that of the one before it where they share one. */
const holdings = (tags: readonly string[]) =>
  fc.record({
    tags: fc.array(fc.constantFrom(...tags), { maxLength: 2 }),
    kind: fc.constantFrom('cache', 'cache', 'cache', 'image', 'index', 'referrer'),
    to: fc.array(fc.nat(7), { maxLength: 3 }),
    shares: fc.integer({ min: 0, max: 9 }),
    readable: fc.integer({ min: 0, max: 40 }),
    pushed: fc.option(fc.integer({ min: -30, max: 200 })),
    noted: fc.option(fc.integer({ min: -30, max: 200 })),
    locked: fc.integer({ min: 0, max: 20 }),
  })
type Sketched = ReturnType<typeof holdings> extends fc.Arbitrary<infer R> ? R : never

/** Everything that a registry may hold, small enough to meet by chance. */
export const sketches = fc.record({
  runs: fc.array(runs, { maxLength: 7 }),
  cache: fc.array(holdings(CACHE_TAGS), { maxLength: 8 }),
  images: fc.array(holdings(IMAGE_TAGS), { maxLength: 6 }),
  unreadableArtifact: fc.integer({ min: 0, max: 60 }),
  current: fc.option(fc.array(fc.constantFrom(...CACHE_TAGS), { maxLength: 2 })),
  keepLast: fc.integer({ min: 1, max: 2 }),
  removed: fc.boolean(),
})
export type Sketch = typeof sketches extends fc.Arbitrary<infer R> ? R : never

const recordOf = (run: Run): CompatibilityRecord => {
  const layer = (name: string, number: number) => ({
    ...sampleRecordLayer({ layer: name, key: key(number) }),
    ref: `${CACHE}:${name}-linux-amd64-${key(number).slice(0, 16)}`,
  })
  const layers = [layer('base', run.base), layer('app', run.app)]
  const base = sampleRecord()
  const { branch: _, ...ofRun } = base.run
  return {
    ...base,
    kind: run.fate === 'prefix' ? 'prefix' : 'work-item',
    verdict: run.fate === 'failed' ? 'failed' : 'built',
    manifest_id: run.manifest,
    run: { ...ofRun, finishedAt: at(run.hours), ...(run.branch === undefined ? {} : { branch: run.branch }) },
    layers,
    cacheFrom: run.reads.map((tag) => ({ ref: `${CACHE}:${tag}` })),
    cacheTo:
      run.writes === null
        ? []
        : [{ ref: `${CACHE}:${run.manifest}-linux-amd64`, written: true, digest: digest(run.writes), bytes: 5 }],
    ...(run.image === null ? {} : { digest: digest(100 + run.image) }),
  }
}

const contentOf = ({ kind, to }: Sketched, first: number, own: number): HoldingContent => {
  // An OCI manifest can only name what was there before it, so digests make no rings.
  const others = to.map((each) => first + each).filter((each) => each > own)
  const [about] = others
  const blobs = [{ digest: digest(500 + (own % 3)), size: 7, mediaType: 'application/octet-stream' }]
  switch (kind) {
    case 'cache':
      return { ...{ mediaType: OCI_MANIFEST, size: 3, configType: BUILDKIT_CACHE_CONFIG, children: [], blobs } }
    case 'image':
      return { ...{ mediaType: OCI_MANIFEST, size: 3, configType: OCI_CONFIG, children: [], blobs } }
    case 'index':
      return { mediaType: OCI_INDEX, size: 3, children: others.map((each) => ({ digest: digest(each) })), blobs: [] }
    case 'referrer':
      return {
        ...{ mediaType: OCI_MANIFEST, size: 3, configType: OCI_CONFIG, children: [], blobs },
        ...(about === undefined ? {} : { subject: digest(about) }),
      }
  }
}

/** A holding as it really is, whether a prune can read it or not. */
export type Truth = {
  readonly store: string
  readonly id: string
  readonly tags: readonly string[]
  readonly digest: string
  readonly content: HoldingContent
}

type Listed = {
  readonly listing: StoreListing
  readonly truths: readonly Truth[]
  readonly noted: Readonly<Record<string, string>>
}

const listStore = (
  sketched: readonly Sketched[],
  { name, role }: Pick<StoreListing, 'name' | 'role'>,
  { first, written }: { readonly first: number; readonly written: ReadonlySet<string> },
): Listed => {
  const used = new Set<string>()
  const noted: Record<string, string> = {}
  let previous: { readonly digest: string; readonly content: HoldingContent; readonly unreadable: boolean } | undefined
  const all = sketched.map((each, index) => {
    const id = `${name} ${index}`
    const tags = [...new Set(each.tags)].filter((tag) => !used.has(tag))
    for (const tag of tags) used.add(tag)
    const named = digest(first + index)
    // What a build wrote is a BuildKit cache: that is what the word of a record means.
    const kind = written.has(named) ? 'cache' : each.kind
    const same =
      each.shares === 0 && previous !== undefined
        ? previous
        : {
            ...{ digest: named, content: contentOf({ ...each, kind }, first, first + index) },
            unreadable: each.readable === 0,
          }
    previous = same
    const object = {
      ...{ id, tags, digest: same.digest },
      ...(each.pushed === null ? {} : { pushedAt: at(each.pushed) }),
      ...(each.locked === 0 ? { locked: 'locked' } : {}),
    }
    if (each.noted !== null) noted[noteOf({ name }, object)] = at(each.noted)
    const inspection = same.unreadable
      ? ({ status: 'unreadable', reason: '500' } as const)
      : ({ status: 'read', content: same.content } as const)
    return {
      found: { object, inspection },
      truth: { store: name, id, tags, digest: same.digest, content: same.content },
    }
  })
  const objects = all.map(({ found }) => found)
  return { listing: { name, role, repository: name, objects }, truths: all.map(({ truth }) => truth), noted }
}

/** A registry as it is, and as a prune sees it. */
export type World = {
  readonly facts: RetentionFacts
  readonly truths: readonly Truth[]
  /** All of them, those that cannot be read included. */
  readonly records: readonly CompatibilityRecord[]
}

const artifactTag = (number: number): string => `run-2026112${number}t000000z-1-1-all`

/** Makes the registry of a sketch. */
export const buildWorld = (sketch: Sketch): World => {
  const grouped = Map.groupBy(sketch.runs, ({ artifact }) => artifact)
  const artifacts = [...grouped].map(([number, own]) => ({ number, records: own.map(recordOf) }))
  const records = artifacts.flatMap((artifact) => artifact.records)
  const written = new Set(records.flatMap(({ cacheTo }) => cacheTo.flatMap((write) => write.digest ?? [])))
  const cache = listStore(sketch.cache, { name: CACHE, role: 'cache' }, { first: 0, written })
  const images = listStore(sketch.images, { name: IMAGES, role: 'images' }, { first: 100, written })
  const found = artifacts.map(({ number, records: own }): FoundRecords => ({
    ...{ repository: RECORDS, tag: artifactTag(number) },
    ...(number === sketch.unreadableArtifact
      ? { status: 'unreadable', reason: '500' }
      : { status: 'read', records: own }),
  }))
  const listing: StoreListing = {
    ...{ name: RECORDS, role: 'records', repository: RECORDS },
    objects: artifacts.map(({ number }) => ({
      object: { id: artifactTag(number), tags: [artifactTag(number)], digest: digest(900 + number) },
      inspection: { status: 'unread' },
    })),
  }
  const { keepLast, current } = sketch
  return {
    facts: {
      policy: { ...DEFAULT_RETENTION, keepLast, ...(sketch.removed ? { removedManifests: 'prune' as const } : {}) },
      ...(current === null ? {} : { current: { refs: current.map((tag) => `${CACHE}:${tag}`), manifests: ['a'] } }),
      ...{ records: found, stores: [cache.listing, images.listing, listing] },
      state: { version: 1, noted: { ...cache.noted, ...images.noted, 'removed manifest b': at(1000) } },
      now: at(0),
    },
    truths: [...cache.truths, ...images.truths],
    records,
  }
}
