import { putManifest } from '../../../src/io/registry/push.ts'
import { createRegistry, type Registry } from '../../../src/io/registry/registry.ts'
import { createSession, type Session, type SessionOptions } from '../../../src/io/registry/session.ts'
import { formatReference, parseReference, type Repository } from '../../../src/oci/reference.ts'
import { parseRecords } from '../../../src/records/parse-records.ts'
import { RECORDS_TYPE, recordsRepository, recordsTags } from '../../../src/records/place.ts'
import type { CompatibilityRecord, RecordLayer } from '../../../src/records/record.ts'
import { pushRecords } from '../generations.ts'

const DAY = 24 * 3_600_000

/** Records of one leg. */
type Build = readonly CompatibilityRecord[]

/** What builds left in a registry, to be made older and more. */
export type Workbench = { readonly session: Session; readonly registry: Registry; readonly cache: Repository }

/** Opens the cache repository of a registry without accounts. */
export const openWorkbench = (cacheRef: string): Workbench => {
  const options: SessionOptions = {
    ...{ version: 'test', keychain: () => Promise.resolve({ warnings: [] }), warn: () => undefined },
    concurrency: 16,
  }
  const cache = parseReference(cacheRef)
  if (cache === undefined) throw new Error(`${cacheRef} is no reference`)
  return { session: createSession(options), registry: createRegistry(options), cache }
}

const recordsOf = ({ cache }: Workbench): Repository => {
  const place = recordsRepository(formatReference(cache))
  if (place === undefined) throw new Error('there is no place for records')
  return place
}

/** All records that are kept, oldest build first. */
export const readBuilds = async (bench: Workbench): Promise<readonly Build[]> => {
  const place = recordsOf(bench)
  const tags = recordsTags((await bench.registry.listTags(place)) ?? []).toReversed()
  const texts = await Promise.all(tags.map((tag) => bench.registry.getText({ ...place, tag }, RECORDS_TYPE)))
  return texts.map((text, index) => parseRecords(text ?? '', tags[index] ?? ''))
}

/** How many days ago a build is said to have been. */
const redated = (build: Build, daysAgo: number, id: string): Build => {
  const time = new Date(Date.now() - daysAgo * DAY).toISOString()
  return build.map((record) => ({ ...record, run: { ...record.run, id, startedAt: time, finishedAt: time } }))
}

/** Makes builds older: the first `daysAgo` days, each further one a day less. The content stays as it is. */
export const backdate = async (bench: Workbench, builds: readonly Build[], daysAgo: number): Promise<void> => {
  const place = recordsOf(bench)
  for (const tag of recordsTags((await bench.registry.listTags(place)) ?? [])) {
    const head = await bench.registry.headManifest({ ...place, tag })
    if (head !== undefined) await bench.registry.deleteManifest({ ...place, digest: head.digest })
  }
  for (const [index, build] of builds.entries()) {
    await pushRecords(bench.session, bench.cache, redated(build, daysAgo - index, `built-${index}`))
  }
}

/** The same layer under another key, and the ref of it. */
const copyOf = (layer: RecordLayer, number: number): RecordLayer => {
  if (layer.key === undefined || layer.ref === undefined) return layer
  const part = number.toString(16).padStart(8, '0')
  return { ...layer, key: `${part}${layer.key.slice(8)}`, ref: layer.ref.replace(/-[0-9a-f]{8}([0-9a-f]{8})$/, `-${part}$1`) } // prettier-ignore
}

const copyManifest = async ({ registry, session }: Workbench, from: string, to: string): Promise<string> => {
  const [source, target] = [parseReference(from), parseReference(to)]
  if (source === undefined || target === undefined) throw new Error(`${from} or ${to} is no reference`)
  const { bytes, descriptor } = await registry.getManifest(source)
  const manifest = JSON.parse(bytes.toString('utf8')) as object
  // An annotation of its own makes it another manifest over the same blobs.
  const copy = Buffer.from(JSON.stringify({ ...manifest, annotations: { 'org.example.copy': to } }))
  return putManifest(session, target, copy, descriptor.mediaType)
}

const copyRecord = async (
  bench: Workbench,
  record: CompatibilityRecord,
  number: number,
): Promise<CompatibilityRecord> => {
  const layers = record.layers.map((layer) => copyOf(layer, number))
  const cacheTo = await Promise.all(
    layers.flatMap(({ layer, ref }, index) => {
      const from = record.layers[index]?.ref
      if (ref === undefined || from === undefined) return []
      return [copyManifest(bench, from, ref).then((digest) => ({ layer, ref, written: true, digest }))]
    }),
  )
  return { ...record, layers, cacheTo, cacheFrom: [] }
}

/** Copies a build so often, as generations that are `daysAgo` days old and older, each a day. */
export const copyBuild = async (bench: Workbench, build: Build, count: number, daysAgo: number): Promise<void> => {
  for (let number = 1; number <= count; number++) {
    const records = await Promise.all(build.map((record) => copyRecord(bench, record, number)))
    await pushRecords(bench.session, bench.cache, redated(records, daysAgo + number, `copy-${number}`))
  }
}
