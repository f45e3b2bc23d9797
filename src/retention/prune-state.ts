import { isMembers } from '../oci/json.ts'

/** Media type of the state that a prune leaves for the next one: gzip of JSON. */
export const PRUNE_STATE_TYPE = 'application/vnd.strata.prune-state.v1+gzip'

/** The tag of the state, in the records repository. It is no tag of records, so no rule ever dooms it. */
export const PRUNE_STATE_TAG = 'prune-state'

/**
 * What a prune knows from those before it: since when it is that nothing needs something. Plain OCI knows no push time,
 * so what has no record goes only after a second look.
 */
export type PruneState = {
  readonly version: 1
  /** When a prune first saw it so, ISO 8601 UTC, by what it is about: see `noteOf` and `removalOf`. */
  readonly noted: Readonly<Record<string, string>>
}

/** What is known where no prune was before. */
export const EMPTY_STATE: PruneState = { version: 1, noted: {} }

/** Reads a state. Undefined for what is none, or of another version: nothing is concluded from it. */
export const parsePruneState = (text: string): PruneState | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isMembers(value) || value['version'] !== 1 || !isMembers(value['noted'])) return undefined
  const times = Object.entries(value['noted']).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !Number.isNaN(Date.parse(entry[1])),
  )
  return { version: 1, noted: Object.fromEntries(times) }
}

/** The state as the text of its artifact, sorted. */
export const renderPruneState = ({ noted }: PruneState): string => {
  const sorted = Object.entries(noted).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify({ version: 1, noted: Object.fromEntries(sorted) }, undefined, 1)}\n`
}

/**
 * The state after a prune at `now`: what it noted, with the time of the first note. What it did not note is forgotten, so
 * that something that was needed in between starts anew. A note from the future, of another clock, is one of now.
 */
export const foldPruneState = ({ noted }: PruneState, notes: Iterable<string>, now: string): PruneState => ({
  version: 1,
  noted: Object.fromEntries(
    [...new Set(notes)].toSorted().map((note) => {
      const before = noted[note]
      return [note, before !== undefined && Date.parse(before) <= Date.parse(now) ? before : now]
    }),
  ),
})
