import { hash } from 'node:crypto'
import { putBlob, putManifest } from '../../src/io/registry/push.ts'
import { createSession, type Session } from '../../src/io/registry/session.ts'
import { putText } from '../../src/io/registry/text-artifact.ts'
import { prefixTag } from '../../src/layers/cache-refs.ts'
import { BUILDKIT_CACHE_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/oci/media-types.ts'
import { formatReference, type Repository } from '../../src/oci/reference.ts'
import { renderRecords } from '../../src/records/parse-records.ts'
import { RECORDS_TYPE, recordsReference } from '../../src/records/place.ts'
import type { CompatibilityRecord, RecordLayer } from '../../src/records/record.ts'
import { sampleRecord, sampleRecordLayer } from './records.ts'

/** A generation as a build would have left it. */
export type Generation = {
  readonly manifestId: string
  readonly platform: string
  /** Tells generations apart: equal numbers have equal keys. */
  readonly number: number
  /** ISO 8601, UTC: when its build finished. */
  readonly finishedAt: string
  readonly layers: readonly string[]
  readonly branch?: string
}

const keyOf = ({ manifestId, platform, number }: Generation, layer: string): string =>
  hash('sha256', `${manifestId} ${platform} ${number} ${layer}`)

const layerOf = (generation: Generation, layer: string, cache: Repository): RecordLayer => {
  const key = keyOf(generation, layer)
  const { platform } = generation
  const tag = prefixTag({ platform, key, layer: { layer } } as Parameters<typeof prefixTag>[0])
  return sampleRecordLayer({ layer, key, ref: formatReference({ ...cache, tag }) })
}

/** The record of a generation whose build wrote all its refs; `digests` of what they lead to, by ref. */
export const recordOf = (
  generation: Generation,
  cache: Repository,
  digests: ReadonlyMap<string, string> = new Map(),
): CompatibilityRecord => {
  const { manifestId, platform, number, finishedAt, branch = 'main' } = generation
  const layers = generation.layers.map((layer) => layerOf(generation, layer, cache))
  return sampleRecord({
    ...{ manifest_id: manifestId, platform, layers },
    run: { id: String(1000 + number), attempt: 1, branch, leg: platform.replaceAll('/', '-'), startedAt: finishedAt, finishedAt }, // prettier-ignore
    cacheTo: layers.flatMap(({ ref, layer }) => {
      const digest = digests.get(ref ?? '')
      return ref === undefined ? [] : [{ ref, layer, written: true, ...(digest === undefined ? {} : { digest }) }]
    }),
  })
}

/** Pushes generations over HTTP, as builds do, with one small blob for all. */
export const pushGenerations = async (cache: Repository, generations: readonly Generation[]): Promise<void> => {
  const session = createSession({
    ...{ version: 'test', keychain: () => Promise.resolve({ warnings: [] }), warn: () => undefined },
    concurrency: 32,
  })
  const config = { mediaType: BUILDKIT_CACHE_CONFIG, ...(await putBlob(session, cache, Buffer.from('{}'))) }
  const layer = { mediaType: OCI_LAYER_GZIP, ...(await putBlob(session, cache, Buffer.from('a layer'))) }
  const push = (generation: Generation) => pushGeneration(session, cache, generation, { config, layer })
  const [first, ...others] = generations
  // docker-registry loses blobs that are pushed for the first time at the same time, such as the empty config of records.
  if (first !== undefined) await push(first)
  await Promise.all(others.map(push))
}

type Content = Readonly<Record<'config' | 'layer', { readonly digest: string; readonly size: number }>>

const pushGeneration = async (
  session: Session,
  cache: Repository,
  generation: Generation,
  { config, layer }: Content,
): Promise<void> => {
  const digests = new Map<string, string>()
  for (const { ref = '' } of recordOf(generation, cache).layers) {
    const tag = ref.slice(ref.lastIndexOf(':') + 1)
    const annotations = { 'org.example.copy': tag }
    const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer], annotations }
    const bytes = Buffer.from(JSON.stringify(manifest))
    digests.set(ref, await putManifest(session, { ...cache, tag }, bytes, OCI_MANIFEST))
  }
  await pushRecords(session, cache, [recordOf(generation, cache, digests)])
}

/** Keeps records where a leg keeps them. */
export const pushRecords = async (
  session: Session,
  cache: Repository,
  records: readonly CompatibilityRecord[],
): Promise<void> => {
  const [first] = records
  const place = first === undefined ? undefined : recordsReference(formatReference(cache), first.run)
  if (place !== undefined) await putText(session, place, RECORDS_TYPE, renderRecords(records))
}
