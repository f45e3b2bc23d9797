import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Repository } from '../../oci/reference.ts'
import { recordsTags } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { readRecords } from './read-records.ts'

/** Deletions between two looks for new records, and how long a look is good for, ms. */
const BETWEEN_LOOKS = 100
const LOOK_AGE = 30_000

/** Every cache ref that a record names: those of its layers, those it read and those it wrote. */
export const refsOfRecord = ({ layers, cacheFrom, cacheTo }: CompatibilityRecord): readonly string[] => [
  ...layers.flatMap(({ ref }) => ref ?? []),
  ...[...cacheFrom, ...cacheTo].map(({ ref }) => ref),
]

/** What builds need that finished after the plan was made. */
export type RecordWatch = {
  /** Why nothing with one of these names may go; names are refs as records have them. */
  readonly isNeeded: (refs: readonly string[]) => Promise<string | undefined>
}

/** Who watches nothing: there is no place for records. */
export const NO_WATCH: RecordWatch = { isNeeded: () => Promise.resolve(undefined) }

type Look = { readonly at: number; left: number; readonly done: Promise<void> }

/**
 * Watches the records of builds that finish while a prune is under way: every ref that one of them names stays. One list
 * for many deletions; what remains is a build that finishes between the last look and a deletion, and then the next
 * build finds the ref cold.
 */
export const watchRecords = (repository: Repository, knownTags: Iterable<string>, io: Io): RecordWatch => {
  const known = new Set(knownTags)
  const needed = new Map<string, string>()
  let last: Look | undefined
  const look = async (): Promise<void> => {
    const fresh = recordsTags((await io.registry.listTags(repository)) ?? []).filter((tag) => !known.has(tag))
    for (const artifact of await readRecords(repository, fresh, io)) {
      if (artifact.status === 'unreadable') throw new RegistryError(artifact.reason, { registry: repository.registry })
      known.add(artifact.tag)
      for (const ref of artifact.records.flatMap(refsOfRecord)) needed.set(ref, artifact.tag)
    }
  }
  const lookAgain = (): Look => {
    const now = io.clock.now().getTime()
    if (last !== undefined && last.left > 0 && now - last.at < LOOK_AGE) return last
    last = { at: now, left: BETWEEN_LOOKS, done: look() }
    return last
  }
  return {
    isNeeded: async (refs) => {
      const current = lookAgain()
      current.left--
      try {
        await current.done
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error
        // Who cannot see what is new must not delete.
        return `nobody can tell whether a build needs it by now: ${error.message}`
      }
      const tag = refs.map((ref) => needed.get(ref)).find((found) => found !== undefined)
      return tag === undefined ? undefined : `a build that finished meanwhile needs it: ${tag}`
    },
  }
}
