import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { formatReference } from '../../oci/reference.ts'
import type { Plan } from '../../plan/plan.ts'
import { ownRecords, unrecordedItems, whyNoOwnRecords } from '../../publish/own-records.ts'
import { recordName } from '../../records/newest.ts'
import { recordsRepository, recordsTagsOfRun } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { renderCount } from '../../report/quantity.ts'
import { fetchAll, listRecords } from '../planning/registry-records.ts'

/** What the registry keeps of this run, read from beside the trusted cache alone. */
const fetchOwn = async (plan: Plan, context: Context, io: Io): Promise<readonly CompatibilityRecord[]> => {
  const { id = '', attempt = 1 } = context.run
  const repository = recordsRepository(plan.cache.ref ?? '')
  if (repository === undefined) return []
  const listed = await listRecords(repository, 'none of this run are read', io)
  const tags = recordsTagsOfRun(listed, id, attempt)
  const found = await fetchAll(repository, tags, io)
  io.actions.info(`${renderCount(found.length, 'record')} of this run in ${formatReference(repository)}`)
  return ownRecords(found, plan, context)
}

/** Whether records are of no other run, so that those of this run can stand beside them. */
const areOwn = (records: readonly CompatibilityRecord[], { run: { id } }: Context): boolean =>
  records.every(({ run }) => run.id === id)

/**
 * Records of the work items that files and artifacts say nothing of, as the legs of this run kept them in the registry. A
 * leg keeps there only what is news, so there may be none of an image that was built again just as it was.
 */
export const readRunRecords = async (
  plan: Plan,
  given: readonly CompatibilityRecord[],
  context: Context,
  io: Io,
): Promise<readonly CompatibilityRecord[]> => {
  const unknown = new Set(unrecordedItems(plan, given))
  if (unknown.size === 0 || !areOwn(given, context)) return []
  const left = `${renderCount(unknown.size, 'work item')} of the plan ${unknown.size === 1 ? 'has' : 'have'} no record`
  const refusal = whyNoOwnRecords(plan, context)
  if (refusal !== undefined) {
    io.actions.info(`${left}, and the registry is not asked for it: ${refusal}`)
    return []
  }
  io.actions.info(`${left} in files or artifacts, so the registry is asked`)
  const found = (await fetchOwn(plan, context, io)).filter((record) => unknown.has(recordName(record)))
  const still = unrecordedItems(plan, [...given, ...found])
  if (still.length > 0) {
    io.actions.info(
      `The registry has none of ${still.join(', ')}: legs keep there only what they build for the first time, and only ` +
        'with input records: registry. Hand on the artifacts of the build jobs, or their files in input records-path',
    )
  }
  return found
}
