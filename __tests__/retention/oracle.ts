import type { CompatibilityRecord } from '../../src/records/record.ts'
import { CACHE, NOW, type Truth, type World } from './random-registry.ts'

/*
 * What has to stay, said anew from the policy's words and from what the registry really holds, whether a prune can read
 * it or not. It shares no code with the implementation.
 */

const DAY = 86_400_000

const isYoung = (time: string): boolean => NOW - Date.parse(time) < DAY

/** The records of the last generations: one pass over records from new to old, which counts distinct keys. */
const keptRecords = ({ records, facts }: World): readonly CompatibilityRecord[] => {
  const isRemoved = (id: string): boolean =>
    facts.policy.removedManifests === 'prune' && facts.current?.manifests.includes(id) === false
  const counted = records.filter(
    ({ kind, verdict, run, manifest_id: id }) =>
      kind === 'work-item' && verdict === 'built' && run.branch !== undefined && !isRemoved(id),
  )
  const keysOf = (record: CompatibilityRecord): string => record.layers.map(({ key = '' }) => key).join()
  const groupOf = (record: CompatibilityRecord): string => `${record.manifest_id}/${record.run.branch ?? ''}`
  const lastBuilt = (record: CompatibilityRecord): number =>
    Math.max(
      ...counted
        .filter((other) => groupOf(other) === groupOf(record) && keysOf(other) === keysOf(record))
        .map(({ run }) => Date.parse(run.finishedAt)),
    )
  return counted.filter((record) => {
    const newer = counted.filter(
      (other) =>
        groupOf(other) === groupOf(record) && keysOf(other) !== keysOf(record) && lastBuilt(other) > lastBuilt(record),
    )
    return new Set(newer.map(keysOf)).size < facts.policy.keepLast
  })
}

const refsOf = ({ layers, cacheFrom, cacheTo }: CompatibilityRecord): readonly string[] =>
  [...layers, ...cacheFrom, ...cacheTo].flatMap(({ ref }) => ref ?? [])

/** Everything that leads from a holding: children, what signs it, what shares its digest. */
const nextOf = (truth: Truth, all: readonly Truth[]): readonly Truth[] =>
  all.filter(
    (other) =>
      other.store === truth.store &&
      (other.digest === truth.digest ||
        truth.content.children.some((child) => child.digest === other.digest) ||
        other.content.subject === truth.digest),
  )

const isTheirs = (tag: string): boolean => tag === 'theirs' || tag === 'latest'

/** Ids of everything that has to stay. Generations of equal age count as one. */
export const reachable = (world: World): ReadonlySet<string> => {
  const { facts, truths, records } = world
  const needed = [...keptRecords(world), ...records.filter(({ run }) => isYoung(run.finishedAt))]
  const refs = new Set([...needed.flatMap(refsOf), ...(facts.current?.refs ?? [])])
  const digests = new Set(needed.flatMap((record) => record.digest ?? []))
  const isRoot = ({ tags, digest, store }: Truth): boolean =>
    tags.some((tag) => isTheirs(tag) || refs.has(`${store}:${tag}`)) || (store !== CACHE && digests.has(digest))
  const reached = new Set(truths.filter(isRoot))
  for (const truth of reached) for (const next of nextOf(truth, truths)) reached.add(next)
  return new Set([...reached].map(({ id }) => id))
}

/** Ids of what stores themselves know to be young. */
export const pushedLately = ({ facts }: World): ReadonlySet<string> =>
  new Set(
    facts.stores.flatMap(({ objects }) =>
      objects.flatMap(({ object }) => (object.pushedAt !== undefined && isYoung(object.pushedAt) ? [object.id] : [])),
    ),
  )
