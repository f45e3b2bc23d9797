import type { WorkItemResult } from './results.ts'

/** What a run did with one cache ref, over all its work items. */
export type RefTraffic = {
  readonly ref: string
  /** Work items that imported it. */
  readonly readers: number
  readonly readErrors: readonly string[]
  /** `none`: nobody was told to write it. */
  readonly written: 'none' | 'written' | 'failed'
  readonly writeErrors: readonly string[]
}

type Use = { readonly ref: string; readonly kind: 'read' | 'write'; readonly failed: boolean; readonly error?: string }

const usesOf = ({ cacheFrom, cacheTo }: WorkItemResult): readonly Use[] => [
  ...cacheFrom.map((use): Use => ({ ...use, kind: 'read', failed: use.error !== undefined })),
  ...cacheTo.map((use): Use => ({ ...use, kind: 'write', failed: !use.written })),
]

const errorsOf = (uses: readonly Use[]): readonly string[] => [
  ...new Set(uses.flatMap(({ error }) => (error === undefined ? [] : [error]))),
]

const trafficOf = (ref: string, uses: readonly Use[]): RefTraffic => {
  const reads = uses.filter(({ kind }) => kind === 'read')
  const writes = uses.filter(({ kind }) => kind === 'write')
  const failed = writes.some((use) => use.failed)
  return {
    ref,
    readers: reads.filter((use) => !use.failed).length,
    readErrors: errorsOf(reads),
    written: writes.length === 0 ? 'none' : failed ? 'failed' : 'written',
    writeErrors: errorsOf(writes),
  }
}

const trouble = ({ written, readErrors }: RefTraffic): number =>
  written === 'failed' ? 2 : readErrors.length > 0 ? 1 : 0

/** Folds imports and exports by cache ref: failed exports first, then failed imports, then by name. */
export const foldRefTraffic = (items: readonly WorkItemResult[]): readonly RefTraffic[] =>
  [...Map.groupBy(items.flatMap(usesOf), ({ ref }) => ref)]
    .map(([ref, uses]) => trafficOf(ref, uses))
    .sort((a, b) => trouble(b) - trouble(a) || (a.ref < b.ref ? -1 : 1))
