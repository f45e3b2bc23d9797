import type { Io } from '../../io/io.ts'
import { backendOf, localHomeOf } from '../../layers/cache-place.ts'
import { InputError } from '../../problem.ts'
import { recordName } from '../../records/newest.ts'
import { parseRecords, renderRecords } from '../../records/parse-records.ts'
import type { CompatibilityRecord } from '../../records/record.ts'

/** The file that keeps the newest records where there is no registry. */
const FILE = 'records.jsonl'

/** The folder that the records of a cache are in; undefined where they belong to a registry, or to nobody. */
const folderOf = (home: string): string | undefined => {
  // An Actions cache has no folder of its own, so it gets one that is called as it is.
  if (backendOf(home) === 'gha') return home.replace(/^gha:\/\//, '')
  return localHomeOf(home)
}

/** The newest records, which lie beside the folders of a cache and are kept as they are. Never fails. */
export const readKeptRecords = async (home: string, io: Io): Promise<readonly CompatibilityRecord[]> => {
  const folder = folderOf(home)
  const text = folder === undefined ? undefined : await io.localCache.readText(folder, FILE)
  if (text === undefined) return []
  try {
    return parseRecords(text, FILE)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    io.actions.info(`The records of earlier builds cannot be used: ${error.message}`)
    return []
  }
}

/** Of each work item and branch the newest record alone, and of each probe its last answer: what later runs ask for. */
const newestOf = (records: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] => {
  const newest = new Map<string, CompatibilityRecord>()
  for (const record of records) {
    if (record.verdict !== 'built') continue
    const isProbe = record.layers.some(({ probe }) => probe !== undefined)
    const name = `${isProbe ? 'probe' : record.kind} ${recordName(record)} ${record.run.branch ?? ''}`
    const other = newest.get(name)
    if (other === undefined || other.run.finishedAt <= record.run.finishedAt) newest.set(name, record)
  }
  return [...newest.values()]
}

/** Adds records to those that are kept; does nothing where there is no folder for them. */
export const keepNewestRecords = async (
  home: string,
  records: readonly CompatibilityRecord[],
  io: Io,
): Promise<void> => {
  const folder = folderOf(home)
  if (folder === undefined) return
  const all = newestOf([...(await readKeptRecords(home, io)), ...records])
  await io.localCache.writeText(folder, FILE, renderRecords(all))
}
