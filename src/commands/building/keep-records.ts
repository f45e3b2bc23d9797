import { join } from 'node:path'
import { workItemName } from '../../factory/work-item.ts'
import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { formatReference } from '../../oci/reference.ts'
import { recordHomes } from '../../plan/cache-location.ts'
import type { Plan } from '../../plan/plan.ts'
import { plannedGeneration } from '../../plan/recorded.ts'
import { generationOf, recordName } from '../../records/newest.ts'
import { RECORDS_ARTIFACT, renderRecords } from '../../records/parse-records.ts'
import { RECORDS_TYPE, recordsReference } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import type { RecordInputs } from '../inputs.ts'
import { keepNewestRecords } from '../planning/kept-records.ts'
import { artifactName } from '../run-artifact.ts'
import type { LegWork } from './leg-work.ts'

/** Hands the records on to the report job of this run. Nothing depends on it but the report. */
const handOn = async (records: readonly CompatibilityRecord[], file: string, io: Io): Promise<void> => {
  const { leg, attempt } = records[0]?.run ?? {}
  const name = artifactName(RECORDS_ARTIFACT, { leg, names: records.map(recordName), attempt })
  const upload = await io.artifacts.upload(name, file)
  if (upload.status === 'stored') io.actions.info(`The records are artifact ${name}, for the report of this run`)
  if (upload.status === 'failed') {
    const message = `the records could not be stored as artifact ${name}, so the report will miss this job: ${upload.reason}`
    io.actions.warning({ message })
  }
}

/** Keys of work items whose newest record on this branch is the same, by name. */
const recordedGenerations = ({ plan }: LegWork): ReadonlyMap<string, string> =>
  new Map(
    (plan.recorded ?? []).flatMap((index) => {
      const item = plan.items[index]
      return item === undefined ? [] : [[workItemName(item), plannedGeneration(plan, index)] as const]
    }),
  )

/** Whether it is of a probe. */
const isProbed = ({ layers }: CompatibilityRecord): boolean => layers.some(({ probe }) => probe !== undefined)

/**
 * Whether a record tells later runs something new: another generation, in a wave a prefix that was written, in a scheduled
 * run that something failed once more, or that it does no longer, or what a probe said.
 */
const isNews = (record: CompatibilityRecord, known: ReadonlyMap<string, string>, { failures = {} }: Plan): boolean => {
  if (record.verdict !== 'built') return record.failures !== undefined
  if (record.layers.some(({ key }) => key !== undefined && failures[key] !== undefined)) return true
  if (isProbed(record)) return true
  if (record.kind === 'prefix') return record.cacheTo.some(({ written }) => written)
  return known.get(recordName(record)) !== generationOf(record)
}

/** Whether a cache ref could not be written for a reason that is told. */
const cacheFailed = (records: readonly CompatibilityRecord[]): boolean =>
  records.some(({ cacheTo }) => cacheTo.some(({ error }) => error !== undefined))

/** Keeps the records in the registry, for plans and prunes to come, where the run may write and they are news. */
const push = async (work: LegWork, records: readonly CompatibilityRecord[], io: Io): Promise<void> => {
  const known = recordedGenerations(work)
  const [first] = records
  const [home] = recordHomes({ ...work.plan.cache, access: work.access })
  if (first === undefined || !work.access.write || home === undefined) return
  if (!records.some((record) => isNews(record, known, work.plan))) return
  const place = recordsReference(home, first.run)
  if (place === undefined) {
    await keepNewestRecords(home, records, io)
    return
  }
  try {
    await io.registry.putText(place, RECORDS_TYPE, renderRecords(records))
    io.actions.info(`The records are kept as ${formatReference(place)}, for later runs to compare with`)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const message = `the records are not kept as ${formatReference(place)}, so later runs know less of what changed: ${error.message}`
    // Where the cache could not be written either, a warning says so already.
    if (cacheFailed(records)) io.actions.info(message)
    else io.actions.warning({ message })
  }
}

/** Writes the records of a leg to a file, hands them on, and keeps them; gives the file's path, if there is one. */
export const keepRecords = async (
  work: LegWork,
  records: readonly CompatibilityRecord[],
  { inputs, folder }: { readonly inputs: RecordInputs; readonly folder: string },
  io: Io,
): Promise<string | undefined> => {
  if (inputs.keep === 'none' || records.length === 0) return undefined
  const file = inputs.path ?? join(folder, 'records.jsonl')
  await io.files.write(file, renderRecords(records))
  // The report is about what was built.
  if (!records.every(isProbed)) await handOn(records, file, io)
  if (inputs.keep === 'registry') await push(work, records, io)
  return file
}
