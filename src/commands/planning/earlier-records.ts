import { workItemName, type WorkItem } from '../../factory/work-item.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { Repository } from '../../oci/reference.ts'
import { branchesOf, ownBranch } from '../../plan/branches.ts'
import { foldEpochs } from '../../plan/epochs.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { recordHomes } from '../../plan/cache-location.ts'
import { type EarlierBuilds, NO_EARLIER } from '../../plan/earlier.ts'
import { foldProbes } from '../../plan/probes.ts'
import { foldFailures } from '../../records/failures.ts'
import { newestRecords } from '../../records/newest.ts'
import { isProbesTag, recordsRepository, recordsTags } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { readKeptRecords } from './kept-records.ts'
import { fetchAll, fetchParts, listRecords, RECORDS_AT_A_TIME } from './registry-records.ts'

/** Artifacts that are fetched at the most. */
const MOST = 128

/** Branches whose records count, most telling first. A run that may not write is on a branch that never has any. */
const branchesWithRecords = ({ event }: Context, { access }: PlannedCache): readonly string[] => {
  const all = branchesOf(event)
  const own = ownBranch(event)
  const others = all.filter((branch) => branch !== own)
  return access.write || others.length === 0 ? all : others
}

/** What earlier builds are asked about. */
export type EarlierSubject = {
  readonly items: readonly WorkItem[]
  /**
   * Which answers of probes are looked for besides: the newest, for the epochs that came of them, or all, as the last one
   * of a prefix may be older than everything that was built since.
   */
  readonly probes: 'none' | 'newest' | 'all'
}

const PROBE_ARTIFACTS = { none: 0, newest: RECORDS_AT_A_TIME, all: MOST } as const

/** Records that are kept in a repository, newest first, until each work item has one. */
const readRepository = async (
  repository: Repository,
  { items, probes }: EarlierSubject,
  branches: readonly string[],
  io: Io,
): Promise<readonly CompatibilityRecord[]> => {
  const all = recordsTags(await listRecords(repository, 'reasons will be missing', io))
  const ofProbes = new Set(all.filter(isProbesTag).slice(0, PROBE_ARTIFACTS[probes]))
  const found = [...(await fetchAll(repository, [...ofProbes], io))]
  const tags = all.filter((tag) => !ofProbes.has(tag)).slice(0, MOST)
  const missing = new Set(items.map(workItemName))
  if (missing.size === 0) return found
  for await (const part of fetchParts(repository, tags, io)) {
    found.push(...part)
    // One of a branch further back may still be replaced by an older one of the first branch.
    for (const name of newestRecords(part, branches.slice(0, 1)).keys()) missing.delete(name)
    if (missing.size === 0) break
  }
  return found
}

/** Records of all that the homes of a cache keep: beside the refs of a registry, else in a file. */
const readHomes = async (
  subject: EarlierSubject,
  cache: PlannedCache,
  branches: readonly string[],
  io: Io,
): Promise<readonly CompatibilityRecord[]> => {
  const found: CompatibilityRecord[] = []
  for (const home of recordHomes(cache)) {
    const repository = recordsRepository(home)
    if (repository === undefined) found.push(...(await readKeptRecords(home, io)))
    else found.push(...(await readRepository(repository, subject, branches, io)))
  }
  return found
}

/**
 * The newest record of a successful build of each work item: of the run's own branch, else of the branch it goes to or of
 * the default branch. Artifacts are read newest first until each work item has one, so failures that are not older than
 * those are among them. Never fails a run.
 */
export const fetchEarlierRecords = async (
  subject: EarlierSubject,
  cache: PlannedCache,
  context: Context,
  io: Io,
): Promise<EarlierBuilds> => {
  if (!cache.access.read) return NO_EARLIER
  const branches = branchesWithRecords(context, cache)
  const found = await readHomes(subject, cache, branches, io)
  const newest = newestRecords(found, branches)
  if (found.length > 0)
    io.actions.info(`${newest.size} of ${subject.items.length} work items have a record of an earlier build`)
  const own = found.filter(({ run: { branch } }) => branch !== undefined && branches.includes(branch))
  return { records: newest, failures: foldFailures(found), epochs: foldEpochs(own), probes: foldProbes(own) }
}
