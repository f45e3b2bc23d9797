import type { StoredObject } from '../../io/stores/store.ts'
import type { FoundObject, FoundPlace } from './read-place.ts'

/** What is to become of an object, and why. */
export type DecidedObject = {
  readonly found: FoundObject
  readonly verdict: 'keep' | 'delete'
  /** The rule that decided, one word. */
  readonly rule: string
  readonly reason: string
  readonly group: string
  /** Ids of doomed objects of the same place that lead to it. */
  readonly parents: readonly string[]
}

/** A place with what is to become of it. Doomed objects stand after those that lead to them. */
export type DecidedPlace = { readonly place: FoundPlace; readonly objects: readonly DecidedObject[] }

/** What the policy makes of what was found: data, before anything is deleted. */
export type Decision = {
  /** Caches first, records last: what records doom is found again as long as they are there. */
  readonly places: readonly DecidedPlace[]
  /** What could not be read, and what stays for it. */
  readonly unreadable: readonly string[]
  /** What later prunes have to know. */
  readonly state: string
}

/** All that is doomed, in the order in which it goes. */
export const doomedOf = ({ objects }: DecidedPlace): readonly DecidedObject[] =>
  objects.filter(({ verdict }) => verdict === 'delete')

/** The names of an object in its place, as records have them: `ghcr.io/acme/cache:core-linux-amd64-3f9c0a1b2c3d4e5f`. */
export const refsOfObject = (place: string, { tags }: Pick<StoredObject, 'tags'>): readonly string[] =>
  tags.map((tag) => `${place}:${tag}`)
