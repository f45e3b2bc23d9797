import { parseReference, repositoryOf } from '../oci/reference.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { countGenerations, type Generation, groupOf, makesGeneration, type Standing } from './generations.ts'
import { timeOf } from './policy.ts'
import type { DecidingRule, RetentionFacts } from './prune-plan.ts'

/** Why something stays or goes, and what it counts with. */
export type Cause = { readonly rule: DecidingRule; readonly reason: string; readonly group: string }

/** What records and the factory file say of refs and digests. Refs are `<registry>/<path>:<tag>`. */
export type Needs = {
  /** What is needed by ref, and by digest. */
  readonly refs: ReadonlyMap<string, Cause>
  readonly digests: ReadonlyMap<string, Cause>
  /** What records name and nothing needs any more: the refs they wrote, and the images. */
  readonly oldRefs: ReadonlyMap<string, Cause>
  readonly oldDigests: ReadonlyMap<string, Cause>
  /** BuildKit caches that builds wrote, by digest, with their bytes: what they are is known without reading them. */
  readonly written: ReadonlyMap<string, number>
  /** Records that have to stay. */
  readonly records: ReadonlyMap<CompatibilityRecord, Cause>
  /** The form that refs have here, of one as records and plans write it. */
  readonly canonical: (ref: string) => string
  /** What is missed: manifests and branches that are no more. */
  readonly notes: readonly string[]
}

/** The canonical form of a ref as records and plans write it, without its digest. */
const createCanonical = (): ((ref: string) => string) => {
  const known = new Map<string, string>()
  return (ref) => {
    const found = known.get(ref)
    if (found !== undefined) return found
    const reference = parseReference(ref)
    const canonical = reference === undefined ? ref : `${repositoryOf(reference)}:${reference.tag ?? 'latest'}`
    known.set(ref, canonical)
    return canonical
  }
}

/** Refs that a record wrote or would have, with their layers; what it read is not counted in. */
const writtenRefs = ({ layers, cacheTo }: CompatibilityRecord) => [
  ...layers.flatMap(({ layer, ref }) => (ref === undefined ? [] : [{ layer, ref }])),
  ...cacheTo.map(({ layer, ref }) => ({ ...(layer === undefined ? {} : { layer }), ref })),
]

/** The first word wins. What is told in order of weight then has its weightiest reason. */
const createCauses = () => {
  const causes = new Map<string, Cause>()
  return {
    causes,
    tell: (name: string, cause: Cause) => {
      if (!causes.has(name)) causes.set(name, cause)
    },
  }
}

/** Whether it says what a probe said. Of such a layer the newest has its epoch, too. */
const isProbed = ({ layers }: CompatibilityRecord): boolean => layers.some(({ probe }) => probe !== undefined)

/** The newest record with a probe of each stack of variants, platform and branch. */
const newestProbes = (records: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] => {
  const stackOf = (record: CompatibilityRecord): string =>
    JSON.stringify([record.layers.map(({ layer, variant }) => [layer, variant]), record.platform, record.run.branch])
  const timeOfRun = ({ run }: CompatibilityRecord): number => timeOf(run.finishedAt)
  return [...Map.groupBy(records.filter(isProbed), stackOf).values()].flatMap((own) => {
    const last = own.reduce((time, record) => Math.max(time, timeOfRun(record)), -Infinity)
    return own.filter((record) => timeOfRun(record) === last)
  })
}

/** Work items and branches, each with its newest record of all and its newest of a build that worked. */
const newestRecords = (records: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] => {
  const nameOf = (record: CompatibilityRecord): string => `${record.kind} ${record.manifest_id} ${groupOf(record)}`
  const newest = (own: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] => {
    const last = own.reduce((time, { run }) => Math.max(time, timeOf(run.finishedAt)), -Infinity)
    return own.filter(({ run }) => timeOf(run.finishedAt) === last)
  }
  const items = records.filter(({ kind }) => kind === 'work-item')
  return [...Map.groupBy(items, nameOf).values()].flatMap((own) => [
    ...newest(own),
    ...newest(own.filter(({ verdict }) => verdict === 'built')),
  ])
}

type Told = {
  readonly refs: ReturnType<typeof createCauses>
  readonly digests: ReturnType<typeof createCauses>
  readonly records: Map<CompatibilityRecord, Cause>
  readonly canonical: (ref: string) => string
}

const keepRecord = ({ records }: Told, record: CompatibilityRecord, cause: Cause): void => {
  if (!records.has(record)) records.set(record, cause)
}

/** Everything of a generation that stays: its image, the refs of its layers, what it read. */
const tellGeneration = ({ group, records, standing }: Generation, told: Told): void => {
  const causeOf = ({ rule, reason }: Standing): Cause => ({ rule, reason, group })
  const whole = standing()
  for (const record of records) {
    for (const { layer, ref } of writtenRefs(record)) {
      const own = standing(layer)
      if (!own.stays) continue
      told.refs.tell(told.canonical(ref), causeOf(own))
      keepRecord(told, record, causeOf(own))
    }
    if (!whole.stays) continue
    keepRecord(told, record, causeOf(whole))
    if (record.digest !== undefined) told.digests.tell(record.digest, causeOf(whole))
    for (const { ref } of record.cacheFrom)
      told.refs.tell(told.canonical(ref), { rule: 'keep-last', reason: `read by ${whole.reason}`, group })
  }
}

/** A record that is younger than `min-age`, of whatever it is: nothing that it names is touched. */
const tellYoung = (record: CompatibilityRecord, told: Told): void => {
  const group = groupOf(record)
  const reason = `a build that finished at ${record.run.finishedAt} names it, which is younger than min-age`
  const cause: Cause = { rule: 'young', reason, group }
  for (const { ref } of [...writtenRefs(record), ...record.cacheFrom]) told.refs.tell(told.canonical(ref), cause)
  if (record.digest !== undefined) told.digests.tell(record.digest, cause)
  keepRecord(told, record, cause)
}

const goneCause = (record: CompatibilityRecord, standing: Standing | undefined): Cause => ({
  rule: standing?.rule ?? 'generation',
  reason: standing?.reason ?? 'only builds name it that make no generation: prewarm, failed, or of no branch',
  group: groupOf(record),
})

/** What a record names, for those refs that nothing needs. */
const tellOld = (record: CompatibilityRecord, standing: Generation['standing'] | undefined, old: Told): void => {
  for (const { layer, ref } of writtenRefs(record)) {
    const own = standing?.(layer)
    if (own?.stays !== true) old.refs.tell(old.canonical(ref), goneCause(record, own))
  }
  const whole = standing?.()
  if (record.digest !== undefined && whole?.stays !== true) old.digests.tell(record.digest, goneCause(record, whole))
}

const writtenOf = (records: readonly CompatibilityRecord[]): ReadonlyMap<string, number> =>
  new Map(
    records.flatMap(({ cacheTo }) =>
      cacheTo.flatMap(({ written, digest, bytes }) =>
        written && digest !== undefined ? [[digest, bytes ?? 0] as const] : [],
      ),
    ),
  )

/** Records in an order of their own, so that none of what follows depends on that of a listing. */
const sortRecords = (records: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] => {
  const keyed = records.map((record) => ({
    record,
    key: `${record.run.finishedAt} ${groupOf(record)} ${JSON.stringify(record.run)}`,
  }))
  return keyed.toSorted((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0)).map(({ record }) => record)
}

/** What is needed, by what records say and by what the factory file needs at the moment. */
export const findNeeds = (facts: RetentionFacts): Needs => {
  const { policy, current, now } = facts
  const records = sortRecords(facts.records.flatMap((found) => (found.status === 'read' ? found.records : [])))
  const canonical = createCanonical()
  const told: Told = { refs: createCauses(), digests: createCauses(), records: new Map(), canonical }
  const old: Told = { refs: createCauses(), digests: createCauses(), records: new Map(), canonical }
  const generations = countGenerations(records, facts)
  for (const ref of current?.refs ?? [])
    told.refs.tell(canonical(ref), { rule: 'current', reason: 'the factory file needs it now', group: 'current plan' })
  for (const generation of generations.all) tellGeneration(generation, told)
  const young = records.filter(({ run }) => !(timeOf(now) - timeOf(run.finishedAt) >= policy.minAge))
  for (const record of young) tellYoung(record, told)
  for (const record of newestRecords(records))
    keepRecord(told, record, {
      rule: 'newest',
      reason: 'the newest record of its work item and branch',
      group: groupOf(record),
    })
  for (const record of newestProbes(records))
    keepRecord(told, record, {
      rule: 'newest',
      reason: 'what a probe of its layers said last on its branch',
      group: groupOf(record),
    })
  for (const { records: own, standing } of generations.all) for (const record of own) tellOld(record, standing, old)
  for (const record of records) if (!makesGeneration(record)) tellOld(record, undefined, old)
  return {
    ...{ refs: told.refs.causes, digests: told.digests.causes, records: told.records },
    ...{ oldRefs: old.refs.causes, oldDigests: old.digests.causes },
    ...{ written: writtenOf(records), canonical, notes: generations.notes },
  }
}
