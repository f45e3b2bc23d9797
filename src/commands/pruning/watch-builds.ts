import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import type { Repository } from '../../oci/reference.ts'
import { locationOf, refsOf } from '../../plan/cache-location.ts'
import type { Plan } from '../../plan/plan.ts'
import { recordsTags } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { fetchPlan, isPlanTag } from '../planning/kept-plan.ts'
import { readRecords } from './read-records.ts'

/** Deletions between two looks, and how long a look is good for, ms. */
const BETWEEN_LOOKS = 100
const LOOK_AGE = 10_000

/** Every cache ref that a record names: those of its layers, those it read and those it wrote; and the digest of its image. */
const namesOfRecord = ({ layers, cacheFrom, cacheTo, digest }: CompatibilityRecord): readonly string[] => [
  ...layers.flatMap(({ ref }) => ref ?? []),
  ...[...cacheFrom, ...cacheTo].map(({ ref }) => ref),
  ...(digest === undefined ? [] : [digest]),
]

/** Every cache ref that what is planned reads or writes. */
export const refsOfPlan = ({ prefixes, items, cache }: Plan): readonly string[] =>
  prefixes.flatMap(({ tag, item, imports }) => {
    const work = items[item]
    const own = tag === undefined || work === undefined ? [] : refsOf(locationOf(cache, work), tag)
    return [...own, ...imports]
  })

/** What builds need that were planned or finished after the prune made its plan. */
export type BuildWatch = {
  /** Why nothing with one of these names may go; names are refs and digests as records have them. */
  readonly isNeeded: (refs: readonly string[]) => Promise<string | undefined>
}

/** What is known of the records' repository when the watch begins: digests by tag. */
export type KnownTags = ReadonlyMap<string, string>

type Look = { readonly at: number; left: number; readonly done: Promise<void> }

type News = { readonly tag: string; readonly refs: readonly string[] }

const readNewRecords = async (place: Repository, tags: readonly string[], io: Io): Promise<readonly News[]> =>
  (await readRecords(place, tags, io)).map((found) => {
    if (found.status === 'unreadable') throw new RegistryError(found.reason, { registry: place.registry })
    return { tag: found.tag, refs: found.records.flatMap(namesOfRecord) }
  })

const readNewPlans = async (
  place: Repository,
  tags: readonly string[],
  known: Map<string, string>,
  io: Io,
): Promise<readonly News[]> => {
  const news = tags.map(async (tag): Promise<readonly News[]> => {
    const head = await io.registry.headManifest({ ...place, tag })
    if (head === undefined || known.get(tag) === head.digest) return []
    const plan = await fetchPlan({ ...place, digest: head.digest }, io)
    known.set(tag, head.digest)
    return plan === undefined ? [] : [{ tag, refs: refsOfPlan(plan) }]
  })
  return (await Promise.all(news)).flat()
}

/**
 * Watches the builds that go on while a prune is under way: what a plan that is kept meanwhile needs stays, and so does
 * every ref that a new record names. One list and one HEAD for each kept plan serve many deletions. What remains is a
 * build without a plan job that finds a ref warm and has not finished when the ref goes, and one that is planned between
 * the last look and a deletion: then the next build finds the ref cold and writes it again.
 */
export const watchBuilds = (place: Repository, knownTags: KnownTags, io: Io): BuildWatch => {
  const known = new Map(knownTags)
  const needed = new Map<string, string>()
  let last: Look | undefined
  const look = async (): Promise<void> => {
    const tags = (await io.registry.listTags(place)) ?? []
    const fresh = recordsTags(tags).filter((tag) => !known.has(tag))
    const news = [
      ...(await readNewPlans(place, tags.filter(isPlanTag), known, io)),
      ...(await readNewRecords(place, fresh, io)),
    ]
    for (const { tag, refs } of news) for (const ref of refs) needed.set(ref, tag)
    for (const tag of fresh) known.set(tag, '')
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
      return tag === undefined ? undefined : `a build that came meanwhile needs it: ${tag}`
    },
  }
}
