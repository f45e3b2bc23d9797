import { workItemName, type WorkItem } from '../../factory/work-item.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { Repository } from '../../oci/reference.ts'
import { branchesOf, ownBranch } from '../../plan/branches.ts'
import { foldEpochs } from '../../plan/epochs.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { recordHomes } from '../../plan/cache-location.ts'
import { type EarlierBuilds, NO_EARLIER } from '../../plan/earlier.ts'
import { foldFailures } from '../../records/failures.ts'
import { newestRecords } from '../../records/newest.ts'
import { recordsRepository, recordsTags } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { readKeptRecords } from './kept-records.ts'
import { fetchRecords, listRecords } from './registry-records.ts'

/** Artifacts that are fetched at a time. */
export const RECORDS_AT_A_TIME = 8

/** Artifacts that are fetched at the most. */
const MOST = 128

/** Branches whose records count, most telling first. A run that may not write is on a branch that never has any. */
const branchesWithRecords = ({ event }: Context, { access }: PlannedCache): readonly string[] => {
  const all = branchesOf(event)
  const own = ownBranch(event)
  const others = all.filter((branch) => branch !== own)
  return access.write || others.length === 0 ? all : others
}

/** Records that are kept in a repository, newest first, until each work item has one. */
const readRepository = async (
  repository: Repository,
  items: readonly WorkItem[],
  branches: readonly string[],
  io: Io,
): Promise<readonly CompatibilityRecord[]> => {
  const listed = await listRecords(repository, 'reasons will be missing', io)
  const tags = recordsTags(listed).slice(0, MOST)
  const missing = new Set(items.map(workItemName))
  const found: CompatibilityRecord[] = []
  for (let start = 0; start < tags.length && missing.size > 0; start += RECORDS_AT_A_TIME) {
    const some = tags.slice(start, start + RECORDS_AT_A_TIME)
    const fetched = await Promise.all(some.map((tag) => fetchRecords({ ...repository, tag }, io)))
    found.push(...fetched.flat())
    // One of a branch further back may still be replaced by an older one of the first branch.
    for (const name of newestRecords(fetched.flat(), branches.slice(0, 1)).keys()) missing.delete(name)
  }
  return found
}

/** Records of all that the homes of a cache keep: beside the refs of a registry, else in a file. */
const readHomes = async (
  items: readonly WorkItem[],
  cache: PlannedCache,
  branches: readonly string[],
  io: Io,
): Promise<readonly CompatibilityRecord[]> => {
  const found: CompatibilityRecord[] = []
  for (const home of recordHomes(cache)) {
    const repository = recordsRepository(home)
    if (repository === undefined) found.push(...(await readKeptRecords(home, io)))
    else found.push(...(await readRepository(repository, items, branches, io)))
  }
  return found
}

/**
 * The newest record of a successful build of each work item: of the run's own branch, else of the branch it goes to or of
 * the default branch. Artifacts are read newest first until each work item has one, so failures that are not older than
 * those are among them. Never fails a run.
 */
export const fetchEarlierRecords = async (
  items: readonly WorkItem[],
  cache: PlannedCache,
  context: Context,
  io: Io,
): Promise<EarlierBuilds> => {
  if (!cache.access.read) return NO_EARLIER
  const branches = branchesWithRecords(context, cache)
  const found = await readHomes(items, cache, branches, io)
  const newest = newestRecords(found, branches)
  if (found.length > 0)
    io.actions.info(`${newest.size} of ${items.length} work items have a record of an earlier build`)
  const own = found.filter(({ run: { branch } }) => branch !== undefined && branches.includes(branch))
  return { records: newest, failures: foldFailures(found), epochs: foldEpochs(own) }
}
