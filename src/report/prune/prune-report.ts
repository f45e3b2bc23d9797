/** Content that an object keeps in its place, by digest; objects share it. */
export type PrunedBlob = { readonly digest: string; readonly size: number }

/**
 * What became of an object that was to go. `gone`: somebody else was first. `untagged`: its tags are gone, and the
 * registry has yet to find the document. `moved`: it is something else by now, or somebody needs it. `skipped`: its place
 * never deletes such ones. `left`: not tried.
 */
export type PruneOutcome =
  'deleted' | 'untagged' | 'gone' | 'moved' | 'skipped' | 'unsupported' | 'exhausted' | 'failed' | 'left'

/** One object: a digest with all tags on it, a version of a package, an entry of the Actions cache. */
export type PrunedObject = {
  /** What its place deletes it by. */
  readonly id: string
  readonly tags: readonly string[]
  readonly digest?: string
  readonly verdict: 'keep' | 'delete'
  /** The rule that decided, one word. */
  readonly rule: string
  /** Why, as a sentence for people. */
  readonly reason: string
  /** What it counts with: a manifest on a platform and a branch, or another kind of thing. */
  readonly group: string
  /** All that it needs, what it shares included, bytes. */
  readonly bytes: number
  /** What became of it; absent for what stays, and in a dry run. */
  readonly outcome?: PruneOutcome
  /** More about the outcome: why it was not deleted. */
  readonly note?: string
  /** What brings it back. */
  readonly restore?: string
}

/** A repository, a package or the Actions cache. */
export type PrunedPlace = {
  readonly name: string
  readonly backend: 'oci' | 'ghcr' | 'actions-cache'
  /** Why nothing is deleted there, and what to do instead. */
  readonly closed?: string
  /** In the order in which they go; then those that stay. */
  readonly objects: readonly PrunedObject[]
  /** Everything that its objects need, shared content counted once, bytes. */
  readonly bytesBefore: number
  /** The same of what is left; in a dry run, of what would be. */
  readonly bytesAfter: number
}

/** What a prune decided, and what came of it. The schema `prune.schema.json` is made from this type. */
export type PruneReport = {
  readonly version: 1
  /** Of the factory; the cache repository where there is no factory file. */
  readonly name: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly dryRun: boolean
  /** Why nothing was deleted although it was no dry run, or why it was made one. */
  readonly stopped?: string
  /** What could not be read, so that everything that may depend on it stays. */
  readonly unreadable: readonly string[]
  readonly places: readonly PrunedPlace[]
  /** The places summed up. */
  readonly totals: PruneTotals
}

/** How many objects, and bytes. */
export type PruneTotals = {
  readonly kept: number
  /** Deleted, untagged or gone; in a dry run those that would be. */
  readonly deleted: number
  readonly failed: number
  readonly left: number
  /** To be deleted, and left alone for a reason of their own. */
  readonly skipped: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

const DONE: ReadonlySet<PruneOutcome | undefined> = new Set(['deleted', 'untagged', 'gone'])
const FAILED: ReadonlySet<PruneOutcome | undefined> = new Set(['failed', 'unsupported'])
const LEFT: ReadonlySet<PruneOutcome | undefined> = new Set(['left', 'exhausted'])

/** Whether the object is not there any more; in a dry run, whether it would not be. */
export const isDeleted = ({ verdict, outcome }: PrunedObject): boolean =>
  verdict === 'delete' && (outcome === undefined || DONE.has(outcome))

/** Sums the places up. */
export const totalsOf = (places: readonly PrunedPlace[]): PruneTotals => {
  const objects = places.flatMap((place) => place.objects)
  const doomed = objects.filter(({ verdict }) => verdict === 'delete')
  const count = (outcomes: ReadonlySet<PruneOutcome | undefined>): number =>
    doomed.filter(({ outcome }) => outcomes.has(outcome)).length
  const sum = (of: (place: PrunedPlace) => number): number => places.reduce((total, place) => total + of(place), 0)
  const deleted = doomed.filter(isDeleted).length
  const [failed, left] = [count(FAILED), count(LEFT)]
  return {
    kept: objects.length - doomed.length,
    ...{ deleted, failed, left, skipped: doomed.length - deleted - failed - left },
    bytesBefore: sum(({ bytesBefore }) => bytesBefore),
    bytesAfter: sum(({ bytesAfter }) => bytesAfter),
  }
}

/** All that objects need, shared content counted once, bytes. */
export const sizeOf = (objects: Iterable<readonly PrunedBlob[]>): number => {
  const sizes = new Map<string, number>()
  for (const blobs of objects) for (const { digest, size } of blobs) sizes.set(digest, size)
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

/** The text of the file of a report. */
export const renderPruneFile = (report: PruneReport): string => `${JSON.stringify(report, undefined, 1)}\n`
