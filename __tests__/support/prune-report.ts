import { type PrunedObject, type PrunedPlace, type PruneReport, totalsOf } from '../../src/report/prune/prune-report.ts'

/** bytes */
export const MIB = 1024 * 1024

/** An object that is to go. */
export const sampleObject = (changes: Partial<PrunedObject> = {}): PrunedObject => ({
  ...{ id: 'sha256:1', tags: ['core-linux-amd64-3f9c0a1b2c3d4e5f'], digest: 'sha256:1', verdict: 'delete' },
  ...{ rule: 'generation', reason: 'generation 4 of 3', group: 'llm_factory linux/amd64 on main', bytes: MIB },
  ...changes,
})

/** A place with these objects. */
export const samplePlace = (objects: readonly PrunedObject[], changes: Partial<PrunedPlace> = {}): PrunedPlace => ({
  ...{ name: 'ghcr.io/acme/factory-cache', backend: 'oci', objects, bytesBefore: 3 * MIB, bytesAfter: MIB },
  ...changes,
})

/** A report of these places. */
export const sampleReport = (places: readonly PrunedPlace[], changes: Partial<PruneReport> = {}): PruneReport => ({
  ...{ version: 1, name: 'llm-factory', dryRun: false, unreadable: [], places, totals: totalsOf(places) },
  ...{ startedAt: '2026-11-22T15:39:57.000Z', finishedAt: '2026-11-22T15:41:57.000Z' },
  ...changes,
})
